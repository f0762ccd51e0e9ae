/** What `check` is to do: the options of the command line, and under them the settings of a file. */
import { PolicyError } from '../errors.js'
import { relative, resolve } from 'node:path'
import { resolvePolicy, type Policy } from '../policy/policy.js'
import type { Arguments } from './command.js'
import { settingsOf, type Settings } from './config.js'
import type { LeaveOutOptions } from './leave-out.js'
import { complain } from './output.js'
import { inLanguage, policyOf } from './policy-option.js'
import { createSelection, chosenOf, type Selection } from './selection.js'
import { namesOf } from './shared-options.js'

/** Everything that is decided before a file is looked for. */
export interface CheckSettings {
  readonly policy: Policy
  readonly paths: readonly string[]
  readonly leaveOut: LeaveOutOptions
  readonly selection: Selection | undefined
  readonly names: readonly string[] | undefined
}

/** Options win over settings; what is excluded adds up. @throws UsageError or PolicyError for what cannot hold. */
export async function checkSettings(args: Arguments): Promise<CheckSettings> {
  const settings = await settingsOf(args)
  const { from = '' } = settings
  if (from !== '' && !args.has('quiet')) complain(`settings are those of ${from}`)
  const exclude = [
    ...(settings.exclude ?? []).map((rule) => ({ rule, from })),
    ...args.values('exclude').map((rule) => ({ rule, from: '--exclude' })),
  ]
  const chosen = chosenOf(args)
  return {
    policy: inLanguage(args, await policyUnder(args, settings)),
    paths: args.positionals.length > 0 ? args.positionals : (settings.paths ?? ['.']),
    leaveOut: { all: args.has('all') || settings.all === true, exclude },
    selection: createSelection(
      {
        select: chosen.select.length > 0 ? chosen.select : (settings.select ?? []),
        ignore: chosen.ignore.length > 0 ? chosen.ignore : (settings.ignore ?? []),
      },
      {
        select: chosen.select.length > 0 ? '--select' : `${from}: select`,
        ignore: chosen.ignore.length > 0 ? '--ignore' : `${from}: ignore`,
      },
    ),
    names: namesOf(args) ?? settings.names,
  }
}

async function policyUnder(args: Arguments, settings: Settings): Promise<Policy> {
  const { from = '', folder, policy, preset } = settings
  if (args.has('policy') || args.has('preset') || (policy ?? preset) === undefined)
    return await policyOf(args)
  if (preset !== undefined) return { preset }
  if (typeof policy === 'string') {
    const { loadPolicy } = await import('../policy/load.js')
    return await loadPolicy(relative(process.cwd(), resolve(folder, policy)))
  }
  try {
    resolvePolicy(policy as Policy)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    throw new PolicyError(`${from}: ${error.message.replaceAll('\n', `\n${from}: `)}`)
  }
  return policy as Policy
}
