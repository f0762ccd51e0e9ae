/** The options that say which policy holds. */
import type { Policy } from '../policy/policy.js'
import type { LanguageKey } from '../policy/keys/language.js'
import { PRESET_NAMES, type PresetName } from '../policy/presets.js'
import type { Arguments, Option } from './command.js'
import { UsageError } from './status.js'

/** What holds when nothing is said: every reviewed module of pure computation, no authority. */
const STANDARD: PresetName = 'script'

const LANGUAGES = ['restricted', 'full'] as const

/** The options, of every command that has a policy. */
export const POLICY_OPTIONS: Readonly<Record<string, Option>> = {
  policy: {
    argument: 'FILE',
    describe: 'Policy to hold the source to: a JSON file, comments allowed',
  },
  preset: {
    argument: 'NAME',
    choices: PRESET_NAMES,
    describe: `Named policy to use instead of a file; "${STANDARD}" when neither is given`,
  },
  language: {
    argument: 'NAME',
    choices: LANGUAGES,
    describe: 'Which Python, in place of what the policy says: restricted, or all of it (full)',
  },
}

/** The policy that the options name. @throws UsageError when they name two, PolicyError when the file does not hold one. */
export async function policyOf(args: Arguments): Promise<Policy> {
  return inLanguage(args, await namedPolicy(args))
}

/** The policy, with the language that `--language` names in place of its own. */
export function inLanguage(args: Arguments, policy: Policy): Policy {
  const language = args.value('language') as LanguageKey['language']
  return language === undefined ? policy : { ...policy, language }
}

async function namedPolicy(args: Arguments): Promise<Policy> {
  const file = args.value('policy')
  const preset = args.value('preset')
  if (file !== undefined && preset !== undefined)
    throw new UsageError('--policy and --preset are two policies: give one of them')
  if (file === undefined) return { preset: (preset ?? STANDARD) as PresetName }
  const { loadPolicy } = await import('../policy/load.js')
  return await loadPolicy(file)
}
