/**
 * `pyrestrict.json`: settings of the operator's. It is taken from the working directory or from `--config FILE`, and from
 * nowhere else: one in a folder that is being checked belongs to whoever is being checked. `run` never reads it, since its
 * policy grants.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { JsonError, parseJsonc } from '../policy/jsonc.js'
import type { Arguments, Option } from './command.js'
import type { Config } from './config-schema.js'
import { statsOf } from './paths.js'
import { reason } from './read-source.js'
import { UsageError } from './status.js'

const STANDARD_NAME = 'pyrestrict.json'

/** The two options, of `check` alone. */
export const CONFIG_OPTIONS: Readonly<Record<string, Option>> = {
  config: {
    argument: 'FILE',
    describe: `Take settings from this file; ${STANDARD_NAME} of the working directory when left out`,
  },
  'no-config': { describe: `Take no settings from ${STANDARD_NAME}` },
}

/** Settings, and the file that they are from. */
export interface Settings extends Config {
  /** As it is to be shown; undefined when there is no such file. */
  readonly from?: string
  /** The folder that a path in the file is relative to. */
  readonly folder: string
}

/** The settings that hold. @throws UsageError naming file and place for what cannot be read or is no such file. */
export async function settingsOf(args: Arguments): Promise<Settings> {
  const given = args.value('config')
  if (given !== undefined && args.has('no-config'))
    throw new UsageError('--config and --no-config: which of them?')
  const file = given ?? STANDARD_NAME
  if (given === undefined && (args.has('no-config') || statsOf(file) === undefined))
    return { folder: '.' }
  const value = read(file)
  const [{ configSchema }, v] = await Promise.all([import('./config-schema.js'), import('valibot')])
  const result = v.safeParse(configSchema, value)
  if (!result.success) {
    const [issue] = result.issues
    const path = v.getDotPath(issue)
    throw new UsageError(`${file}: ${path === null ? '' : `${path}: `}${issue.message}`)
  }
  if (result.output.preset !== undefined && result.output.policy !== undefined)
    throw new UsageError(`${file}: preset and policy are two policies: give one of them`)
  return { ...result.output, from: file, folder: dirname(resolve(file)) }
}

function read(file: string): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    throw new UsageError(`cannot read the settings ${file}: ${reason(error)}`)
  }
  try {
    return parseJsonc(text)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    throw new UsageError(`${file}:${error.message}`)
  }
}
