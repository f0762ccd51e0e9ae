/** `network`: which servers a guest may ask, how, and how much. Nothing without it. */
import * as v from 'valibot'
import { PolicyError } from '../../errors.js'
import { readRange } from '../../trusted/network/addresses.js'
import { headerFault } from '../../trusted/network/headers.js'
import {
  originText,
  readOrigin,
  type NetworkRule,
  type NetworkRules,
} from '../../trusted/network/origins.js'
import { keyed, notList, policyKey, word } from '../key.js'

/** Requests that a guest may make. A string in place of a rule is its origin, as in `{ origin: … }`. */
export interface NetworkGrant {
  /**
   * Scheme, host and port, and a path where there is one: `https://api.example.com`, `https://*.example.com:8443`,
   * `https://api.example.com/v1/*`. `https://*` is every public host. Methods may stand before it: `GET,POST https://…`.
   */
  readonly origin: string | readonly string[]
  /** Default: those that stand before the origin, or GET and HEAD. `*`: any. */
  readonly methods?: '*' | readonly string[] | undefined
  /** Paths, in which `*` stands for one part, and at the end for all that follows: `/v1/*`. Default: any. */
  readonly paths?: readonly string[] | undefined
  /** Headers that the host puts into each request, whatever the guest says. `~secret.NAME~` stands for a secret of that name. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Addresses and ranges that are not public, to which the hosts may lead all the same: `10.1.2.3`, `10.0.0.0/8`. */
  readonly addresses?: readonly string[] | undefined
  /** Requests in one run. Default: `limits.effects`. */
  readonly requests?: number | undefined
  /** Most bytes of a request's body, and of an answer. Default: `limits.effectBytes`. */
  readonly bytes?: number | undefined
  /** How long an exchange may take to its last byte, in milliseconds. Default: `limits.waitMs`. */
  readonly timeMs?: number | undefined
  /** Whether the host's `approve` is asked before each request. Default: false. */
  readonly approve?: boolean | undefined
}

/** What a policy writes. */
export interface NetworkKey {
  /**
   * Requests to servers, which a guest makes with `requests`, `urllib.request` or `http.client`. The first rule of `allow` that has
   * the request's origin, path and method decides; an origin of `deny` is never asked. Default: none.
   */
  readonly network?:
    | {
        readonly allow: readonly (string | NetworkGrant)[]
        readonly deny?: readonly string[] | undefined
      }
    | undefined
}

/** Its complete form; undefined: no request at all. */
export interface ResolvedNetwork {
  readonly network: NetworkRules | undefined
}

const DEFAULT_METHODS: readonly string[] = ['GET', 'HEAD']
const NEVER = ['CONNECT', 'TRACE', 'TRACK']
const COUNT = 'must be a whole number from 0'
const MILLISECONDS = 'must be a whole number of milliseconds from 1 to 86400000'

const whole = (said: string, least: number, most = Number.MAX_SAFE_INTEGER) =>
  v.optional(
    v.pipe(v.number(said), v.integer(said), v.minValue(least, said), v.maxValue(most, said)),
  )
const texts = (what: string) =>
  v.pipe(
    v.array(word, (issue) => `must be a list of ${what}, not ${issue.received}`),
    v.minLength(1, 'must not be empty'),
  )

const grant = keyed({
  origin: v.union(
    [word, texts('origins')],
    'must be an origin, as "https://api.example.com", or a list of them',
  ),
  methods: v.optional(
    v.union([v.literal('*'), texts('methods')], 'must be a list of methods, or "*" for any'),
  ),
  paths: v.optional(texts('paths')),
  headers: v.optional(
    notList(v.record(word, v.string('must be text'), 'must be an object of texts by name')),
  ),
  addresses: v.optional(texts('addresses')),
  requests: whole(COUNT, 0),
  bytes: whole(COUNT, 0),
  timeMs: whole(MILLISECONDS, 1, 86_400_000),
  approve: v.optional(v.boolean((issue) => `must be true or false, not ${issue.received}`)),
})

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const network = policyKey({
  schema: keyed({
    allow: v.array(
      v.union([word, grant], 'must be an origin, as "https://api.example.com", or a rule'),
      'must be a list of origins and rules',
    ),
    deny: v.optional(v.array(word, 'must be a list of origins')),
  }),
  text: 'Requests that a guest may make: origins with paths and methods, headers put in by the host, and caps. None when left out.',
  standard: undefined as NetworkRules | undefined,
  resolve: ({ allow, deny = [] }) =>
    Object.freeze({
      allow: Object.freeze(
        allow.map((written, index) =>
          rule(
            typeof written === 'string' ? { origin: written } : written,
            `policy.network.allow[${index}]`,
          ),
        ),
      ),
      deny: Object.freeze(
        deny.map((text, index) => {
          const at = `policy.network.deny[${index}]`
          const { origin, path } = attempt(at, () => readOrigin(text))
          if (path !== '/')
            throw new PolicyError(
              `${at}: must name an origin, without a path: what is allowed is narrowed by "paths"`,
            )
          return originText(origin)
        }),
      ),
    }) as NetworkRules | undefined,
})

function rule(written: NetworkGrant, at: string): NetworkRule {
  const { origin, methods, paths = [], headers = {}, addresses = [], ...caps } = written
  const isList = typeof origin !== 'string'
  const read = (isList ? origin : [origin]).map((text, index) => {
    const where = isList ? `${at}.origin[${index}]` : typeof origin === 'string' ? at : at
    const [, before, rest = ''] = /^(?:([A-Za-z,*-]+) +)?(.*)$/s.exec(text) ?? []
    return { ...attempt(where, () => readOrigin(rest)), before }
  })
  const before = read.flatMap(({ before }) => before?.split(',') ?? [])
  if (before.length > 0 && methods !== undefined)
    throw new PolicyError(`${at}.methods: methods stand before the origin already`)
  const own = read.map(({ path }) => path).filter((path) => path !== '/')
  if (own.length > 0 && (paths.length > 0 || read.length > 1))
    throw new PolicyError(`${at}: write the paths of several origins, or several paths, as "paths"`)
  for (const [name, value] of Object.entries(headers)) {
    const fault = headerFault(name, value)
    if (fault !== undefined) throw new PolicyError(`${at}.headers: ${fault}`)
  }
  for (const [index, text] of addresses.entries())
    if (readRange(text) === undefined)
      throw new PolicyError(
        `${at}.addresses[${index}]: "${text}" is no address or range, as "10.1.2.3" or "10.0.0.0/8"`,
      )
  const asked = methods ?? (before.length > 0 ? before : DEFAULT_METHODS)
  return Object.freeze({
    origins: Object.freeze([...new Set(read.map(({ origin }) => originText(origin)))]),
    methods: Object.freeze(
      (asked === '*' ? ['*'] : asked).map((name) => method(name, `${at}.methods`)),
    ),
    paths: Object.freeze([
      ...own.map((path) => pathOf(path, at)),
      ...paths.map((path, index) => pathOf(path, `${at}.paths[${index}]`)),
    ]),
    headers: Object.freeze({ ...headers }),
    addresses: Object.freeze([...addresses]),
    requests: caps.requests,
    bytes: caps.bytes,
    timeMs: caps.timeMs,
    approve: caps.approve ?? false,
  })
}

function method(name: string, at: string): string {
  const upper = name.toUpperCase()
  if (upper !== '*' && (!/^[A-Z]+(-[A-Z]+)*$/.test(upper) || NEVER.includes(upper)))
    throw new PolicyError(`${at}: "${name}" is no method that a guest can ask with`)
  return upper
}

/** A path as URLs write it. */
function pathOf(path: string, at: string): string {
  if (!path.startsWith('/')) throw new PolicyError(`${at}: must begin with "/"`)
  if (/[?#]/.test(path)) throw new PolicyError(`${at}: must hold no query`)
  const wild = path
    .slice(0, -1)
    .split('/')
    .find((part) => part.includes('*') && part !== '*')
  if (wild !== undefined)
    throw new PolicyError(
      `${at}: "*" stands for a whole part between slashes, or for the rest at the end`,
    )
  return new URL(path, 'http://any').pathname
}

function attempt<T>(at: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new PolicyError(`${at}: ${(error as Error).message}`)
  }
}
