/** pyrestrict: check, rewrite and run Python that somebody else wrote. Every public name, and nothing else. */
export { check, createChecker } from './pipeline.js'
export type { Checker } from './pipeline.js'
export type { CheckResult } from './check/checker.js'
export type { ImportRecord } from './check/imports.js'
export type { CheckOptions, Mode } from './check/options.js'
export { explain } from './rules/load.js'
export type { Rule } from './rules/rule.js'
export type { Code, Diagnostic, Position, Span } from './diagnostic.js'
export {
  ArgumentError, ClosedError, InstallationError, PolicyError, PyrestrictError, RuleError, ValueError,
} from './errors.js'
export type { Policy } from './policy/policy.js'
