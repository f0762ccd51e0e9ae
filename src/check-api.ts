/**
 * `pyrestrict/check`: checking and rewriting alone, for a browser and for what is bundled. One file without a dependency or an
 * asset; rules, grammar and parser are in it. It runs nothing.
 *
 * @example
 * import { createChecker } from 'pyrestrict/check'
 * const checker = await createChecker({ preset: 'formula' })
 * const { ok, diagnostics } = checker.check('().__class__', { mode: 'eval' })
 */
export { check, createChecker, rewrite } from './pipeline.js'
export type { Checker, PolicyOptions, RewriteResult } from './pipeline.js'
export { createMapper } from './rewrite/map.js'
export type { Edge, Mapper } from './rewrite/map.js'
export type { CheckResult } from './check/checker.js'
export type { ImportRecord } from './check/imports.js'
export type { CheckOptions, Mode } from './check/options.js'
export { explain } from './rules/load.js'
export type { Rule } from './rules/rule.js'
export type { Code, Diagnostic, Position, Span } from './diagnostic.js'
export {
  ArgumentError,
  InstallationError,
  PolicyError,
  PyrestrictError,
  RuleError,
} from './errors.js'
export type { Policy } from './policy/policy.js'
export { LIMITS } from './policy/limits.js'
export type { Limit, Limits } from './policy/limits.js'
export { PRESETS } from './policy/presets.js'
export type { Preset, PresetName } from './policy/presets.js'
