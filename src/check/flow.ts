/** Statements where Python gives them no meaning: `return` without a function, `await` without `async def`, ... */
import type { Reading } from '../rules/reading.js'
import type { Grammar } from '../syntax/language.js'
import type { Findings } from './findings.js'
import type { Mode } from './options.js'
import { kindsOf, type KnownKinds } from './kind-ids.js'
import {
  ASYNC,
  CLASS_SCOPE,
  COMPREHENSION_SCOPE,
  FUNCTION_SCOPE,
  GENERATOR_SCOPE,
  LAMBDA_SCOPE,
  MODULE_SCOPE,
  TYPE_SCOPE,
  type ScopeId,
  type Symbols,
} from './symbols.js'

const ASYNC_HINT = 'put it into an `async def`, and run that with `asyncio.run(...)`'

/** Judges statements by the scope they stand in. */
export class Flow {
  private readonly kinds: KnownKinds
  private findings!: Findings
  private mode: Mode = 'exec'

  constructor(
    grammar: Grammar,
    private readonly reading: Reading,
    private readonly symbols: Symbols,
  ) {
    this.kinds = kindsOf(grammar)
  }

  begin(findings: Findings, mode: Mode): void {
    this.findings = findings
    this.mode = mode
  }

  returns(node: number, scope: ScopeId): void {
    const kind = this.symbols.scopeKind[scope]
    if (kind === FUNCTION_SCOPE || (this.mode === 'function' && kind === MODULE_SCOPE)) return
    this.findings.say(
      'PR131',
      node,
      '`return` outside of a function',
      'write the last expression alone on its line: it is the value; the mode `function` takes the body of a function',
    )
  }

  yields(node: number, scope: ScopeId): void {
    const kind = this.symbols.scopeKind[scope]
    if (kind === COMPREHENSION_SCOPE || kind === GENERATOR_SCOPE) {
      this.findings.say('PR131', node, '`yield` inside of a comprehension', 'write a loop')
    } else if (kind === MODULE_SCOPE || kind === CLASS_SCOPE || kind === TYPE_SCOPE) {
      this.findings.say(
        'PR131',
        node,
        '`yield` outside of a function',
        'write a generator function',
      )
    } else if (
      (this.symbols.scopeMarks[scope] & ASYNC) !== 0 &&
      this.hasToken(node, this.kinds.tokens.from)
    ) {
      this.findings.say(
        'PR132',
        node,
        '`yield from` inside of an async function',
        'write `async for item in source: yield item`',
      )
    }
  }

  /** `await`, `async for` and `async with`. */
  awaits(node: number, scope: ScopeId, what: string): void {
    const { scopeKind, scopeParent, scopeMarks } = this.symbols
    let at = scope
    while (scopeKind[at] === COMPREHENSION_SCOPE) at = scopeParent[at]
    // A generator expression may await wherever it is made: it becomes an asynchronous generator.
    if (
      scopeKind[at] === GENERATOR_SCOPE ||
      (scopeKind[at] === FUNCTION_SCOPE && (scopeMarks[at] & ASYNC) !== 0) ||
      // A program may await at the level of its module, and the body of a function that the host asked for; an expression may not.
      (scopeKind[at] === MODULE_SCOPE && this.mode !== 'eval')
    )
      return
    const inside =
      scopeKind[at] === LAMBDA_SCOPE ? 'inside of a lambda' : 'outside of an async function'
    this.findings.say('PR132', node, `\`${what}\` ${inside}`, ASYNC_HINT)
  }

  /** `async for` and `async with`: statements whose first token says so. */
  asyncStatement(node: number, scope: ScopeId, what: string): void {
    if (this.reading.tree.kind[node + 1] === this.kinds.tokens.async)
      this.awaits(node + 1, scope, what)
  }

  /** `break` and `continue`: climbs to the loop, if there is one before the function ends. */
  exits(node: number): void {
    const { kind, parent } = this.reading.tree
    const { kinds } = this
    let from = node
    for (let at = parent[node]; at >= 0; from = at, at = parent[at]) {
      const here = kind[at]
      // In the `else` of a loop, the loop is over.
      if (
        (here === kinds.for_statement || here === kinds.while_statement) &&
        kind[from] !== kinds.else_clause
      )
        return
      if (here === kinds.function_definition || here === kinds.class_definition) break
    }
    const word = this.reading.textOf(node)
    this.findings.say('PR133', node, `\`${word}\` outside of a loop`)
  }

  private hasToken(node: number, token: number): boolean {
    const { kind, skip } = this.reading.tree
    for (let child = node + 1; child < skip[node]; child = skip[child])
      if (kind[child] === token) return true
    return false
  }
}
