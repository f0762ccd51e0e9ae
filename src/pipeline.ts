/** The whole way from a source to an answer, without a guest: `check`, and what goes on from its tree. */
import {
  Analyzer,
  leadingBlanks,
  type Analysis,
  type CheckResult,
  type Grants,
} from './check/checker.js'
import { checkIsRecord, type CheckOptions } from './check/options.js'
import { DEFAULT_POLICY, resolvePolicy, type Policy, type ResolvedPolicy } from './policy/policy.js'
import { EDIT_SIZE, PLAIN } from './rewrite/edits.js'
import { createRewriter, type Rewriting } from './rewrite/rewrite.js'
import { sourceMap, type EncodedSourceMap } from './rewrite/source-map.js'
import { loadParser } from './syntax/parse.js'
import { SYNTAX_RULES } from './syntax/syntax-rules.js'
import type { Tree } from './syntax/tree.js'
import type { Diagnostic } from './diagnostic.js'

/** Checks sources under one policy. Synchronous, reusable, and holds nothing of a source once it has answered. */
export interface Checker {
  /**
   * Reports every place where `source` leaves the restricted language. No Python makes it throw.
   * @throws ArgumentError when `source` is no string, or an option is unknown or ill-typed.
   */
  check(source: string, options?: CheckOptions): CheckResult
  /**
   * The guarded text of a source that `check` accepts, newline for newline.
   * @throws ArgumentError as {@link Checker.check} does.
   */
  rewrite(source: string, options?: CheckOptions): RewriteResult
}

/** A guarded text with where its pieces came from, or why there is none. */
export type RewriteResult =
  | {
      readonly ok: true
      readonly code: string
      /** As a source map, revision 3, for tools that read those; made when it is first read. */
      readonly map: EncodedSourceMap
      /** What was changed, for `createMapper`, which takes places of `code` to the source. Four numbers an edit, not to be read. */
      readonly edits: Int32Array
      /** Empty: nothing was refused. */
      readonly diagnostics: readonly Diagnostic[]
    }
  | {
      readonly ok: false
      /** As {@link CheckResult.diagnostics}: at most 1,000. */
      readonly diagnostics: readonly Diagnostic[]
      /** How many there are beyond those listed; nearly always 0. */
      readonly omitted: number
    }

/**
 * A checker for a policy; without one, nothing may be imported and every permitted builtin is there. Loads the parser once
 * per process.
 * @throws PolicyError when the policy is not one; InstallationError or RuleError when this installation is incomplete.
 */
export async function createChecker(policy?: Policy): Promise<Checker>
/** @internal Also for a policy that is resolved already. */
export async function createChecker(policy?: Policy | ResolvedPolicy): Promise<Checker>
export async function createChecker(policy?: Policy | ResolvedPolicy): Promise<Checker> {
  const grants: Grants = resolvePolicy(policy)
  const parser = await loadParser()
  const analyzer = new Analyzer(parser, grants)
  const guard = createRewriter(parser)
  return {
    check: (source, options) => analyzer.analyze(source, options).result,
    rewrite: (source, options) => rewritten(analyzer.analyze(source, options), guard, options),
  }
}

/** What an accepted source is rewritten to; refused where its guards would nest deeper than CPython reads. */
function rewritten(
  { result, source, tree }: Analysis,
  guard: (tree: Tree) => Rewriting,
  options: CheckOptions = {},
): RewriteResult {
  if (!result.ok || tree === undefined)
    return { ok: false, diagnostics: result.diagnostics, omitted: result.omitted }
  const blanks = options.mode === 'eval' ? leadingBlanks(source.text) : 0
  const { code, edits, tooDeepAt } = withoutBlanks(guard(tree), blanks)
  if (tooDeepAt >= 0) {
    const { code: rule, name, message, hint } = SYNTAX_RULES.chainTooLong
    const start = source.position(tooDeepAt)
    return {
      ok: false,
      diagnostics: [{ code: rule, rule: name, message, hint, span: { start, end: start } }],
      omitted: 0,
    }
  }
  let map: EncodedSourceMap | undefined
  return {
    ok: true,
    code,
    edits,
    diagnostics: [],
    get map() {
      map ??= sourceMap(source.text, code, edits, options.filename ?? '<guest>')
      return map
    },
  }
}

/** Python's compiler takes blanks before an expression for indentation; its `eval` does not. */
function withoutBlanks(rewriting: Rewriting, blanks: number): Rewriting {
  if (blanks === 0) return rewriting
  const edits = new Int32Array(EDIT_SIZE + rewriting.edits.length)
  edits.set([0, blanks, 0, PLAIN])
  edits.set(rewriting.edits, EDIT_SIZE)
  return { ...rewriting, code: rewriting.code.slice(blanks), edits }
}

/** Options of the functions that need no checker of their own. */
export interface PolicyOptions extends CheckOptions {
  readonly policy?: Policy | undefined
}

/** Checkers by policy object, so that a host may pass its policy with each call. */
const checkers = new WeakMap<object, Promise<Checker>>()

/** {@link Checker.check} with a checker shared by all who give the same policy object. */
export async function check(source: string, options: PolicyOptions = {}): Promise<CheckResult> {
  const [checker, rest] = await shared(options)
  return checker.check(source, rest)
}

/** {@link Checker.rewrite} with a checker shared by all who give the same policy object. */
export async function rewrite(source: string, options: PolicyOptions = {}): Promise<RewriteResult> {
  const [checker, rest] = await shared(options)
  return checker.rewrite(source, rest)
}

async function shared(options: PolicyOptions): Promise<readonly [Checker, CheckOptions]> {
  checkIsRecord(options)
  const { policy, ...rest } = options
  const key = policy === undefined ? DEFAULT_POLICY : policy
  // What is no object is no policy: to be refused as such.
  if (typeof key !== 'object' || key === null) return [await createChecker(policy), rest]
  let checker = checkers.get(key)
  if (checker === undefined) {
    checker = createChecker(policy)
    checkers.set(key, checker)
    checker.catch(() => checkers.delete(key))
  }
  return [await checker, rest]
}
