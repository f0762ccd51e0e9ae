/** The checker's scopes of a program, to be compared with CPython's. */
import { Binder } from '../../src/check/binder.js'
import { Findings } from '../../src/check/findings.js'
import { FIXED_NAMES } from '../../src/check/fixed-names.js'
import { Imports } from '../../src/check/imports.js'
import { loadKindTable } from '../../src/check/kinds.js'
import { resolve } from '../../src/check/resolve.js'
import { Scopes } from '../../src/check/scopes.js'
import { createShapes } from '../../src/check/shapes.js'
import {
  ANNOTATED,
  BOUND,
  CLASS_SCOPE,
  COMPREHENSION_SCOPE,
  FUNCTION_SCOPE,
  GENERATOR_SCOPE,
  LAMBDA_SCOPE,
  MODULE,
  MODULE_SCOPE,
  TYPE_SCOPE,
} from '../../src/check/symbols.js'
import { loadRules } from '../../src/rules/load.js'
import { Reading } from '../../src/rules/reading.js'
import { compileRules } from '../../src/rules/ruleset.js'
import { loadParser } from '../../src/syntax/parse.js'

/** A scope: which names it uses or binds, and where each is found. */
export interface Scope {
  readonly kind: string
  readonly symbols: Readonly<Record<string, string>>
  readonly children: readonly Scope[]
}

/** What CPython says. */
export interface TheirScope extends Scope {
  readonly children: readonly TheirScope[]
  readonly name: string
  readonly late: readonly string[]
  /** Of a module: names that only annotations it does not evaluate hold. */
  readonly unread?: readonly string[]
}

const KINDS: Readonly<Record<number, string>> = {
  [MODULE_SCOPE]: 'module',
  [FUNCTION_SCOPE]: 'function',
  [LAMBDA_SCOPE]: 'function',
  [CLASS_SCOPE]: 'class',
  [COMPREHENSION_SCOPE]: 'function',
  [GENERATOR_SCOPE]: 'function',
  [TYPE_SCOPE]: 'type parameters',
}

/** Makes a function from sources to scopes. */
export async function createDescriber(): Promise<(source: string) => Scope> {
  const parser = await loadParser()
  const reading = new Reading(parser, FIXED_NAMES)
  const binder = new Binder(reading)
  const imports = new Imports(parser, reading, binder)
  const ruleset = compileRules(loadRules().values(), parser)
  const pass = new Scopes(
    parser,
    ruleset,
    loadKindTable(parser),
    createShapes(parser),
    reading,
    binder,
    imports,
  )
  return (source) => {
    reading.begin(parser.parse(source))
    const findings = new Findings(reading, ruleset)
    binder.begin(findings)
    imports.begin(findings, {})
    pass.run(findings)
    const { symbols } = binder
    const bindings = resolve(symbols, reading.names.count, () => {})
    const scopes = Array.from({ length: symbols.scopes }, (_, scope) => ({
      kind: KINDS[symbols.scopeKind[scope]]!,
      symbols: {} as Record<string, string>,
      children: [] as Scope[],
    }))
    for (let symbol = 1; symbol <= symbols.count; symbol += 1) {
      const binding = bindings[symbol]
      const scope = symbols.scope[symbol]
      // CPython counts a bare annotation as a binding of the module's; we do not.
      const bare = scope === MODULE && (symbols.marks[symbol] & (ANNOTATED | BOUND)) === ANNOTATED
      scopes[scope]!.symbols[reading.names.text(symbols.name[symbol])] =
        binding === symbol || bare
          ? 'local'
          : binding === 0 || symbols.scope[binding] === MODULE
            ? 'global'
            : 'free'
    }
    for (let scope = symbols.scopes - 1; scope > 0; scope -= 1) {
      const parent = symbols.scopeParent[scope]
      // CPython makes most comprehensions part of what is around them (PEP 709), and reports them so.
      const inlined = symbols.scopeKind[scope] === COMPREHENSION_SCOPE
      if (inlined)
        scopes[parent]!.symbols = { ...scopes[scope]!.symbols, ...scopes[parent]!.symbols }
      scopes[parent]!.children.push(...(inlined ? scopes[scope]!.children : [scopes[scope]!]))
    }
    return scopes[0]!
  }
}

/** The first difference between the two; undefined when there is none. */
export function difference(
  ours: Scope,
  theirs: TheirScope,
  path = 'module',
  unread = theirs.unread ?? [],
): string | undefined {
  if (ours.kind !== theirs.kind) return `${path}: ${ours.kind}, not ${theirs.kind}`
  for (const [name, category] of Object.entries(theirs.symbols)) {
    // What a function inside takes from a function outside passes through those in between.
    const passes =
      category === 'free' &&
      ours.symbols[name] === undefined &&
      ours.children.some((child) => takes(child, name))
    // What a function declares global is listed in the module, too.
    const declared =
      ours.kind === 'module' && category === 'global' && ours.symbols[name] === undefined
    if (ours.symbols[name] !== category && !passes && !declared)
      return `${path}: ${name} is ${category}, not ${ours.symbols[name]}`
  }
  for (const name of Object.keys(ours.symbols)) {
    if (!(name in theirs.symbols) && !theirs.late.includes(name) && !unread.includes(name))
      return `${path}: ${name} is not there`
  }
  if (ours.children.length !== theirs.children.length)
    return `${path}: ${ours.children.length} scopes, not ${theirs.children.length}`
  // Siblings come in another order: a default's lambda before the function it is for.
  const left = [...ours.children]
  for (const child of theirs.children) {
    const differences = left.map((each) => difference(each, child, `${path}/${child.name}`, unread))
    const index = differences.indexOf(undefined)
    // The one that shares most names is the one that was meant.
    if (index < 0)
      return differences[
        most(
          left.map(
            (each) => Object.keys(each.symbols).filter((name) => name in child.symbols).length,
          ),
        )
      ]
    left.splice(index, 1)
  }
  return undefined
}

function takes(scope: Scope, name: string): boolean {
  return (
    scope.symbols[name] === 'free' ||
    (scope.symbols[name] === undefined && scope.children.some((child) => takes(child, name)))
  )
}

const most = (numbers: readonly number[]): number => numbers.indexOf(Math.max(...numbers))
