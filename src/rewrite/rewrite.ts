/**
 * Total guarding: every reach into another object becomes a call of a guard, newline for newline.
 *
 * The text that comes out is the residual language, which the guest's verifier reads again from scratch: nothing here is
 * trusted. A mistake makes the verifier refuse an honest program; it cannot let a dishonest one through.
 *
 * Names that are built in (`print`, `getattr`, `type`, `open`) stay as they are: the guest's builtins hold guards.
 */
import type { Tree } from '../syntax/tree.js'
import { attribute, slice, subscript } from './access.js'
import { constrainedType, genericType, memberType, typeAlias } from './annotations.js'
import { classDefinition } from './classes.js'
import type { Rewriting } from './edits.js'
import { interpolation } from './fstrings.js'
import { resolveKinds, type KindIds, type KindName } from './kinds.js'
import { Scan, type Handler } from './scan.js'
import { call, splat, splatType } from './stars.js'
import {
  asTarget,
  assignment,
  augmentedAssignment,
  deletion,
  forClause,
  yieldExpression,
} from './statements.js'
import { concatenatedString, string } from './templates.js'

export type { Rewriting } from './edits.js'

/** What is done at each kind of node. Kinds that are not listed are copied. */
const HANDLERS: Partial<Record<KindName, Handler>> = {
  attribute,
  subscript,
  slice,
  call,
  interpolation,
  assignment,
  as_pattern_target: asTarget,
  augmented_assignment: augmentedAssignment,
  class_definition: classDefinition,
  concatenated_string: concatenatedString,
  constrained_type: constrainedType,
  delete_statement: deletion,
  for_in_clause: forClause,
  for_statement: forClause,
  format_expression: interpolation,
  generic_type: genericType,
  list_splat: splat,
  list_splat_pattern: splat,
  member_type: memberType,
  splat_type: splatType,
  string,
  type_alias_statement: typeAlias,
  yield: yieldExpression,
}

/**
 * Makes the function that guards a tree's text. It is pure, linear, and total: what `check` would refuse gives some text of as
 * many lines, which the verifier refuses, and a tree with errors gives its text unchanged. Throws `InstallationError` when
 * the grammar is another version's. `respelled`: texts that take the places of nodes.
 */
export function createRewriter(
  grammar: KindIds,
): (tree: Tree, respelled?: ReadonlyMap<number, string>) => Rewriting {
  const kinds = resolveKinds(grammar)
  const handlers: (Handler | undefined)[] = []
  for (const [name, handler] of Object.entries(HANDLERS))
    handlers[kinds[name as KindName]] = handler
  const { tokens } = kinds
  // Kind ids have 16 bits (65535 is ERROR).
  const brackets = new Int8Array(1 << 16)
  for (const open of [tokens.leftParen, tokens.leftBracket, tokens.leftBrace]) brackets[open] = 1
  for (const close of [tokens.rightParen, tokens.rightBracket, tokens.rightBrace])
    brackets[close] = -1
  return (tree, respelled = new Map<number, string>()) => {
    if (tree.hasError) return unchanged(tree)
    const scan = new Scan(tree, kinds)
    for (const [node, text] of respelled) scan.replace(node, text)
    return scan.run(handlers, brackets)
  }
}

function unchanged(tree: Tree): Rewriting {
  return { code: tree.text, edits: new Int32Array(0), tooDeepAt: -1 }
}
