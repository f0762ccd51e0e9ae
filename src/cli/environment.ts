/** `--env NAME=VALUE`: the environment that a program is given, of which nothing is this process's but what is named. */
import { resolvePolicy, type Policy } from '../policy/policy.js'
import type { Arguments, Option } from './command.js'
import { UsageError } from './status.js'

/** The option, of `run`. */
export const ENVIRONMENT_OPTIONS: Readonly<Record<string, Option>> = {
  env: {
    argument: 'NAME[=VALUE]',
    many: true,
    describe:
      "A variable of the program's environment, for `os.environ` and `os.getenv`; NAME alone passes this one's on; may be given several times",
  },
}

/** The variables by name; undefined where none is given. @throws UsageError for one that is given twice, or is to be passed on and is not there. */
export function environmentOf(args: Arguments): Readonly<Record<string, string>> | undefined {
  if (!args.has('env')) return undefined
  const given: Record<string, string> = {}
  for (const text of args.values('env')) {
    const equals = text.indexOf('=')
    const name = equals < 0 ? text : text.slice(0, equals)
    if (name === '') throw new UsageError(`--env: "${text}" is not NAME=VALUE`)
    if (Object.hasOwn(given, name)) throw new UsageError(`--env: ${name} is given twice`)
    const value = equals < 0 ? process.env[name] : text.slice(equals + 1)
    if (value === undefined)
      throw new UsageError(`--env ${name}: there is no variable of that name to pass on`)
    given[name] = value
  }
  return given
}

/** What of `os` reads an environment, and nothing else. */
const READS = ['environ', 'getenv']

/** The policy, under which a program that is given an environment can read it. */
export function withEnvironment(
  policy: Policy,
  env: Readonly<Record<string, string>> | undefined,
): Policy {
  if (env === undefined) return policy
  const { language, modules } = resolvePolicy(policy)
  if (language === 'full' || READS.every((name) => modules['os']?.includes(name))) return policy
  return { ...policy, modules: { ...modules, os: [...(modules['os'] ?? []), ...READS] } }
}
