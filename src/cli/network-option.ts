/** `--allow-net ORIGIN` and `--secret NAME=HOST`: requests that a program may make, beside those of its policy. */
import { PolicyError } from '../errors.js'
import { resolvePolicy, type Policy } from '../policy/policy.js'
import { Secrets, type Secret } from '../trusted/network/secrets.js'
import type { Arguments, Option } from './command.js'
import { UsageError } from './status.js'

/** The two options, of `run`. */
export const NETWORK_OPTIONS: Readonly<Record<string, Option>> = {
  'allow-net': {
    argument: 'ORIGIN',
    many: true,
    describe:
      'Let it make requests there, as https://api.example.com/v1/* or "GET,POST https://*.example.com"; may be given several times',
  },
  secret: {
    argument: 'NAME=HOSTS',
    many: true,
    describe:
      'Put the environment variable NAME, which the program never sees, into requests to these hosts where it writes NAME',
  },
}

/** The policy with what `--allow-net` adds to it. @throws UsageError for what is no origin. */
export function withNetwork(policy: Policy, args: Arguments): Policy {
  const origins = args.values('allow-net')
  if (origins.length === 0) return policy
  for (const text of origins) {
    try {
      resolvePolicy({ network: { allow: [text] } })
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
      throw new UsageError(`--allow-net "${text}": ${error.message.replace(/^[^:]*: /, '')}`)
    }
  }
  const { allow = [], ...rest } = policy.network ?? {}
  return { ...policy, network: { ...rest, allow: [...allow, ...origins] } }
}

/** The secrets of `--secret`. @throws UsageError where one is not told, cannot be kept, or has nowhere to go. */
export function secretsOf(
  args: Arguments,
  policy: Policy,
): Readonly<Record<string, Secret>> | undefined {
  const given = args.values('secret')
  if (given.length === 0) return undefined
  if (policy.network === undefined)
    throw new UsageError('--secret: the policy allows no requests; --allow-net says where to')
  return Object.fromEntries(
    given.map((text) => {
      const [, name, hosts] = /^(\w+)=(.+)$/.exec(text) ?? []
      if (name === undefined)
        throw new UsageError(
          `--secret "${text}": must be a name and its hosts, as API_KEY=api.example.com; the value is the environment variable's`,
        )
      const value = process.env[name]
      if (value === undefined)
        throw new UsageError(`--secret ${name}: there is no environment variable of that name`)
      const secret = { value, hosts: hosts!.split(',') }
      try {
        new Secrets({ [name]: secret })
      } catch (error) {
        const [, host, what] = /^\w+\.(?:value|hosts\[(\d+)\]): (.*)$/s.exec(
          (error as Error).message,
        )!
        const of =
          host === undefined ? 'the value of the variable' : `"${secret.hosts[Number(host)]}"`
        throw new UsageError(`--secret ${text}: ${of} ${what}`)
      }
      return [name, secret]
    }),
  )
}
