/** The keys of a policy, in the order in which documents list them. A new key is a file of `keys/` and its name here. */
import { artifacts, type ArtifactsKey, type ResolvedArtifacts } from './keys/artifacts.js'
import { builtins, type BuiltinsKey, type ResolvedBuiltins } from './keys/builtins.js'
import {
  capabilities,
  type CapabilitiesKey,
  type ResolvedCapabilities,
} from './keys/capabilities.js'
import { clock, type ClockKey, type ResolvedClock } from './keys/clock.js'
import { evaluate, type EvaluateKey, type ResolvedEvaluate } from './keys/evaluate.js'
import { filesystem, type FilesystemKey, type ResolvedFilesystem } from './keys/filesystem.js'
import { language, type LanguageKey, type ResolvedLanguage } from './keys/language.js'
import { dunders, type DundersKey, type ResolvedDunders } from './keys/dunders.js'
import { limits, type LimitsKey, type ResolvedLimits } from './keys/limits.js'
import { modules, type ModulesKey, type ResolvedModules } from './keys/modules.js'
import { network, type NetworkKey, type ResolvedNetwork } from './keys/network.js'
import { random, type RandomKey, type ResolvedRandom } from './keys/random.js'

/** @internal The keys by name. */
export const KEYS = {
  language,
  modules,
  builtins,
  dunders,
  evaluate,
  clock,
  random,
  filesystem,
  artifacts,
  capabilities,
  network,
  limits,
}

/** What the keys of a policy may say. */
export interface Keys
  extends LanguageKey,
    ModulesKey,
    BuiltinsKey,
    DundersKey,
    EvaluateKey,
    ClockKey,
    RandomKey,
    FilesystemKey,
    ArtifactsKey,
    CapabilitiesKey,
    NetworkKey,
    LimitsKey {}

/** The complete form of each. */
export interface ResolvedKeys
  extends ResolvedLanguage,
    ResolvedModules,
    ResolvedBuiltins,
    ResolvedDunders,
    ResolvedEvaluate,
    ResolvedClock,
    ResolvedRandom,
    ResolvedFilesystem,
    ResolvedArtifacts,
    ResolvedCapabilities,
    ResolvedNetwork,
    ResolvedLimits {}

/** The name of a key, as in a policy's complete form. */
export type PolicyKeyName = keyof ResolvedKeys
