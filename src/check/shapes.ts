/**
 * The shape checks: where tree-sitter reads a program otherwise than CPython does, or accepts what CPython refuses, and the
 * tree could not be set right (`syntax/misreadings.ts`), the program is refused.
 *
 * They keep the checker honest (no program means one thing to the rules and another to Python) and tell of wrong syntax
 * where CPython is not at hand. They are no boundary: what runs is parsed and judged again by CPython itself.
 *
 * For the one loop over the nodes, of a tree without errors:
 *
 *     shapes.checks[tree.kind[node]]?.(tree, node, report)
 *
 * and once for each tree:
 *
 *     shapes.checkLines(tree, report)
 *
 * A check looks at its node, its children and the path to the nearest bracket, so that all together stay linear.
 */
import type { Grammar } from '../syntax/language.js'
import type { Tree } from '../syntax/tree.js'
import type { Report } from './kinds.js'
import { argumentChecks } from './shapes/arguments.js'
import { expressionChecks } from './shapes/expressions.js'
import { createLineCheck } from './shapes/lines.js'
import { literalChecks } from './shapes/literals.js'
import { patternChecks } from './shapes/patterns.js'
import { statementChecks } from './shapes/statements.js'
import { stringChecks } from './shapes/strings.js'
import { targetChecks } from './shapes/targets.js'
import { typeChecks } from './shapes/types.js'

/** Judges one node of the kind it is registered for. */
export type ShapeCheck = (tree: Tree, node: number, report: Report) => void

/** Checks by the name of a kind, as each file of `shapes/` gives them. */
export type ShapeChecks = Readonly<Record<string, ShapeCheck>>

/** Every shape check for a grammar. */
export interface Shapes {
  /** By kind id; most kinds have none. */
  readonly checks: readonly (ShapeCheck | undefined)[]
  /** Compares the tree's blocks with the lines and indentation that CPython sees. */
  readonly checkLines: (tree: Tree, report: Report) => void
}

/** Builds the checks. Throws `InstallationError` when the grammar has not the kinds they speak of. */
export function createShapes(grammar: Grammar): Shapes {
  const checks = new Array<ShapeCheck | undefined>(
    Math.max(...grammar.kinds.map(({ id }) => id)) + 1,
  ).fill(undefined)
  const groups = [
    argumentChecks,
    expressionChecks,
    literalChecks,
    patternChecks,
    statementChecks,
    stringChecks,
    targetChecks,
    typeChecks,
  ]
  for (const group of groups) {
    for (const [name, check] of Object.entries(group(grammar))) {
      const id = grammar.kindId(name)
      const before = checks[id]
      checks[id] = before === undefined ? check : both(before, check)
    }
  }
  return { checks, checkLines: createLineCheck(grammar) }
}

function both(first: ShapeCheck, second: ShapeCheck): ShapeCheck {
  return (tree, node, report) => {
    first(tree, node, report)
    second(tree, node, report)
  }
}
