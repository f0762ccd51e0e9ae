/** pyrestrict: check, rewrite and run Python that somebody else wrote. Every public name, and nothing else. */
import './installation.js'

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
  ClosedError,
  InstallationError,
  ModuleError,
  OverloadError,
  PolicyError,
  PyrestrictError,
  RuleError,
  SnapshotError,
  StateError,
  ValueError,
} from './errors.js'
export type { Policy } from './policy/policy.js'
export { loadPolicy } from './policy/load.js'
export type { NetworkGrant } from './policy/keys/network.js'
export { LIMITS } from './policy/limits.js'
export type { Limit, Limits } from './policy/limits.js'
export { PRESETS } from './policy/presets.js'
export type { Preset, PresetName } from './policy/presets.js'
export { audit } from './sandbox/audit.js'
export type { AuditFinding, AuditOptions, AuditReport } from './sandbox/audit.js'
export { describe } from './sandbox/describe.js'
export type { About, DescribeOptions, Description } from './sandbox/describe.js'
export { suggestPolicy } from './sandbox/suggest.js'
export type { SuggestedPolicy } from './sandbox/suggest.js'
export { createSandbox } from './sandbox/sandbox.js'
export type { Sandbox } from './sandbox/sandbox.js'
export { outcomeToJson, valueToJson } from './sandbox/json.js'
export { EvaluationError } from './sandbox/outcome.js'
export type { Cell, CellError } from './sandbox/cells.js'
export type { Formula, FormulaOf, FormulaSource, InlineFormula, Mapped } from './sandbox/formula.js'
export type { Columns, Row } from './sandbox/formula-arguments.js'
export type { Slice } from './sandbox/slices.js'
export type { StartedRun } from './sandbox/started-run.js'
export type { Program } from './sandbox/program.js'
export type { CallOptions, Session } from './sandbox/session.js'
export type { Wrap } from './platform/node/bubblewrap.js'
export type { Isolation } from './sandbox/isolation.js'
export type { SandboxOptions } from './sandbox/sandbox-options.js'
export type {
  CompileOptions,
  ExecuteOptions,
  Inputs,
  ResumeOptions,
  RunOptions,
} from './sandbox/options.js'
export { CallbackError } from './trusted/broker/callbacks.js'
export type { GuestFunction } from './trusted/broker/callbacks.js'
export { awaitable, capability } from './trusted/broker/capability.js'
export type { Awaitable, Capability, CapabilityOptions } from './trusted/broker/capability.js'
export { GuestError, LATER } from './trusted/broker/effect.js'
export type { Decision, EffectEvent, GuestErrorType } from './trusted/broker/effect.js'
export type { StatesOptions, WaitingAnswer, WaitingAnswers } from './sandbox/states.js'
export type { Stdin } from './sandbox/input.js'
export type { GivenOptions } from './sandbox/given.js'
export type { GuestModule } from './sandbox/own-modules.js'
export type { NetworkTransport } from './sandbox/networking.js'
export type { NetworkHandler } from './trusted/network/network.js'
export type { NetworkRule } from './trusted/network/origins.js'
export type { Secret } from './trusted/network/secrets.js'
export type { Asked, Capabilities, EffectOptions } from './sandbox/effects.js'
export type { Exposure, Shown, TrustedModule } from './sandbox/exposure.js'
export type { Load } from './sandbox/tenants.js'
export { createPool } from './sandbox/worker-pool.js'
export type { PoolSettings, WorkerPool } from './sandbox/worker-pool.js'
export type { OnOutput, Stream } from './sandbox/output.js'
export type {
  Cancelled,
  ChainedException,
  Crashed,
  Exhausted,
  Exited,
  Frame,
  GuestException,
  Outcome,
  Raised,
  Refused,
  Returned,
  Spent,
  Usage,
  Waiting,
  WaitingCall,
} from './sandbox/outcome.js'
export { PyValue, record } from './trusted/channel/values.js'
export type { PyRecord, Value } from './trusted/channel/values.js'
