/** The whole way from a source to an answer, without a guest: `check`, and what goes on from its tree. */
import { Analyzer, type CheckResult, type Grants } from './check/checker.js'
import { countedFrom } from './check/first-line.js'
import { checkIsRecord, checkKnown, type CheckOptions } from './check/options.js'
import { DEFAULT_POLICY, resolvePolicy, type Policy, type ResolvedPolicy } from './policy/policy.js'
import { rewritten, unchanged, type RewriteResult } from './rewrite/accepted.js'
import { createRewriter } from './rewrite/rewrite.js'
import { loadParser } from './syntax/parse.js'

export type { RewriteResult } from './rewrite/accepted.js'

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
    check: (source, options) => {
      const { result } = analyzer.analyze(source, options)
      const { firstLine = 1 } = options ?? {}
      return firstLine === 1 ? result : numbered(result, firstLine)
    },
    rewrite: (source, options) => {
      const analysis = analyzer.analyze(source, options)
      const result =
        grants.language === 'full' && analysis.result.ok
          ? unchanged(source, options)
          : rewritten(analysis, guard, options)
      const { diagnostics } = result
      return result.ok
        ? result
        : { ...result, diagnostics: countedFrom(diagnostics, options?.firstLine) }
    },
  }
}

function numbered(result: CheckResult, firstLine: number): CheckResult {
  const { diagnostics, warnings, imports } = result
  return {
    ...result,
    diagnostics: countedFrom(diagnostics, firstLine),
    warnings: countedFrom(warnings, firstLine),
    imports: countedFrom(imports, firstLine),
  }
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
  checkKnown(options, ['policy', 'mode', 'names', 'filename', 'modules', 'firstLine'])
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
