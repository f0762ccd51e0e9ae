/**
 * The effect `request`: a guest asks for one exchange with a server, by HTTP. Its target is `METHOD URL`.
 *
 * In this order: the URL is parsed once; the policy must allow its origin, path and method; the headers are checked; secrets are put
 * in; the name is looked up, once, and every address of it must be public or named by the rule; one of those very addresses is
 * dialled; what comes back is read up to its limits. A redirect is an answer like any other: a guest that follows it asks anew.
 */
import { GuestError, Refusal, type Effect, type Question, type Rule } from '../broker/effect.js'
import { readAddress, readRange, whyRefused, isWithin } from './addresses.js'
import { readHeaders, type Header } from './headers.js'
import {
  isAmbiguous,
  isOf,
  isPath,
  nameOf,
  portOf,
  readOrigin,
  readUrl,
  type NetworkRule,
  type NetworkRules,
  type Origin,
} from './origins.js'
import { Gate, aborted } from './gate.js'
import { incomingOf } from './handled.js'
import type { Secrets } from './secrets.js'
import { withSecrets, type Filled } from './filling.js'

/** A request that may be made, to one of the addresses and to no other. */
export interface Outgoing {
  readonly url: URL
  readonly method: string
  readonly headers: readonly Header[]
  readonly body: Uint8Array | undefined
  readonly addresses: readonly string[]
  readonly port: number
}

/** What a server answers: its body as it comes, whatever its length. */
export interface Incoming {
  readonly status: number
  readonly headers: readonly Header[]
  readonly body: AsyncIterable<Uint8Array>
}

/** What there is to the network, without any judgement: given by the platform. */
export interface Transport {
  /** Every address of a name. @throws where there is none. */
  resolve(name: string): Promise<readonly string[]>
  /** Addresses of this machine's own interfaces. */
  own(): readonly string[]
  /** Makes one connection and one request; it follows nothing and decodes nothing. @throws when `signal` is aborted. */
  send(request: Outgoing, signal: AbortSignal): Promise<Incoming>
}

/**
 * A transport of the host's own, for tests, caches and proxies: asked first, with what would be sent (secrets are in) and the rule
 * that allows it. `undefined` leaves the request to the network.
 */
export type NetworkHandler = (
  request: Request,
  rule: NetworkRule,
) => Response | undefined | Promise<Response | undefined>

/** What the requests of one run are judged by and made with. */
export interface NetworkOptions {
  readonly rules: NetworkRules
  readonly secrets: Secrets
  readonly transport: Transport
  readonly handler: NetworkHandler | undefined
  /** Of one exchange, where its rule says nothing. */
  readonly timeoutMs: number
  /** Of one answer, headers and body. */
  readonly bytes: number
}

/** What a guest is answered. */
interface Answered {
  readonly status: number
  readonly headers: readonly Header[]
  readonly body: Uint8Array
}

/** Exchanges of one run that are under way at the same time; more wait. */
const AT_ONCE = 8
const REFUSED_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK'])

/**
 * The effect, for one run. At most {@link AT_ONCE} exchanges are under way at a time; more wait.
 * @throws TypeError for a rule whose origin is none
 */
export function networkEffect(options: NetworkOptions): Effect {
  const { rules, secrets, transport, handler } = options
  const allow = rules.allow.map((rule, index) => ({
    rule,
    path: `network.allow[${index}]`,
    origins: rule.origins.map((text) => readOrigin(text).origin),
  }))
  const deny = rules.deny.map((text) => readOrigin(text).origin)
  const gate = new Gate(AT_ONCE)

  type Allowed = (typeof allow)[number] & { readonly url: URL; readonly method: string }

  /** What allows the target, or why nothing does. */
  const decide = (target: string): Allowed | string => {
    const space = target.indexOf(' ')
    const method = target.slice(0, space)
    const url = readUrl(target.slice(space + 1))
    if (typeof url === 'string') return url
    if (!/^[A-Z]+(-[A-Z]+)*$/.test(method) || REFUSED_METHODS.has(method))
      return `"${method.slice(0, 40)}" is no method that can be asked for`
    const { origin, pathname } = url
    if (deny.some((denied) => isOf(denied, url))) return `the policy denies ${origin}`
    const known = allow.filter(({ origins }) => origins.some((one) => isOf(one, url)))
    if (known.length === 0) return `the policy does not allow ${origin}`
    const there = known.filter(
      ({ rule: { paths } }) =>
        paths.length === 0 ||
        (!isAmbiguous(pathname) && paths.some((pattern) => isPath(pattern, pathname))),
    )
    if (there.length === 0) return `the policy does not allow this path of ${origin}`
    const found = there.find(
      ({ rule: { methods } }) => methods.includes('*') || methods.includes(method),
    )
    if (found) return { ...found, url, method }
    const methods = [...new Set(there.flatMap(({ rule }) => rule.methods))]
    return `the policy allows ${methods.join(', ')} of ${origin}, not ${method}`
  }

  const perform = async (question: Question, outer: AbortSignal): Promise<Answered> => {
    const allowed = decide(question.target)
    if (typeof allowed === 'string') throw new Refusal(allowed)
    const { url, method, rule } = allowed
    const [given, body = null] = question.args
    if (body !== null && !(body instanceof Uint8Array))
      throw new GuestError('TypeError', 'a body must be bytes')
    const most = Math.min(rule.bytes ?? Infinity, options.bytes)
    if (body !== null && body.length > most)
      throw new GuestError('ValueError', `a body of more than ${most} bytes`)
    const request = withSecrets({ url, method, body }, readHeaders(given), rule, secrets)
    const ms = timeoutOf(question.kwargs['timeout'])
    const late = ms === undefined ? undefined : AbortSignal.timeout(ms)
    const signal = late ? AbortSignal.any([outer, late]) : outer
    const leave = await gate.enter(signal)
    try {
      const incoming =
        (await handled(request, rule, signal)) ?? (await sent(allowed, request, signal))
      return await read(incoming, most, secrets.areFor(url))
    } catch (error) {
      if (late?.aborted) throw new GuestError('TimeoutError', `${url.origin}: timed out`)
      throw error
    } finally {
      leave()
    }
  }

  const handled = async (
    request: Filled,
    rule: NetworkRule,
    signal: AbortSignal,
  ): Promise<Incoming | undefined> => {
    if (handler === undefined) return undefined
    const { url, method, headers, body } = request
    const hasBody = body !== undefined && method !== 'GET' && method !== 'HEAD'
    const asked = new Request(url, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      redirect: 'manual',
      signal,
      ...(hasBody && { body: body.slice() }),
    })
    const response = await aborted(signal, Promise.resolve(handler(asked, rule)))
    return response === undefined ? undefined : incomingOf(response, signal)
  }

  const sent = async (
    { url, rule, origins }: Allowed,
    request: Filled,
    signal: AbortSignal,
  ): Promise<Incoming> => {
    const name = nameOf(url)
    const named = [...rule.addresses, ...namedBy(origins, url)].flatMap(
      (one) => readRange(one) ?? [],
    )
    const found = readAddress(name)
      ? [name]
      : await aborted(signal, transport.resolve(name)).catch((error: unknown) => {
          throw failure(error, url, 'has no address')
        })
    const own = transport.own().flatMap((address) => readRange(address) ?? [])
    // All of them: a name that leads inwards as well is somebody's attempt, and which one would be dialled is chance.
    for (const text of found) {
      const address = readAddress(text)
      const why = address ? whyRefused(address, own) : 'an unreadable'
      if (why === undefined || (address && named.some((range) => isWithin(address, range))))
        continue
      throw new Refusal(
        `${url.hostname} is ${why} address, or leads to one: the policy must name it ("addresses")`,
      )
    }
    if (found.length === 0) throw new GuestError('ConnectionError', `${url.hostname}: no address`)
    const outgoing = { ...request, addresses: found, port: portOf(url) }
    const incoming = await transport.send(outgoing, signal).catch((error: unknown) => {
      throw failure(error, url, 'cannot be reached')
    })
    return { ...incoming, body: unbroken(incoming.body, url) }
  }

  const read = async (
    { status, headers, body }: Incoming,
    most: number,
    mayHoldSecret: boolean,
  ): Promise<Answered> => {
    const told = headers.map(
      ([name, value]): Header => [secrets.maskText(name), secrets.maskText(value)],
    )
    const isEncoded = told.some(
      ([name, value]) =>
        name.toLowerCase() === 'content-encoding' && value.toLowerCase() !== 'identity',
    )
    // The mask would not find in it what a server sends back of this request, or of an earlier one.
    if (mayHoldSecret && isEncoded)
      throw new GuestError('ConnectionError', 'a compressed answer, which was not asked for')
    const room =
      most - told.reduce((sum, [name, value]) => sum + name.length + value.length + 20, 100)
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of body) {
      size += chunk.length
      if (size > room) throw new GuestError('OSError', `the answer is more than ${most} bytes`)
      chunks.push(chunk)
    }
    const whole = new Uint8Array(size)
    let at = 0
    for (const chunk of chunks) {
      whole.set(chunk, at)
      at += chunk.length
    }
    return { status, headers: told, body: secrets.mask(whole) }
  }

  return {
    rule(target) {
      const allowed = decide(target)
      if (typeof allowed === 'string') return allowed
      const { rule, path } = allowed
      const { requests: calls, approve, timeMs: timeoutMs = options.timeoutMs } = rule
      return { path, calls, approve, timeoutMs } satisfies Rule
    },
    perform,
    close() {},
  }
}

/**
 * Addresses that an origin names for itself: its own, or those of `localhost`, which is a name for them and for nothing else. They are
 * nothing to the other origins of its rule, whose names somebody else may lead there.
 */
function namedBy(origins: readonly Origin[], url: URL): readonly string[] {
  if (!origins.some((origin) => !origin.isWildcard && isOf(origin, url))) return []
  return url.hostname === 'localhost' ? ['127.0.0.0/8', '::1'] : [nameOf(url)]
}

/** Milliseconds that a guest is willing to wait. */
function timeoutOf(seconds: unknown): number | undefined {
  if (seconds === undefined || seconds === null) return undefined
  if (typeof seconds !== 'number' || !(seconds > 0))
    throw new GuestError('ValueError', 'a timeout must be a number of seconds above 0')
  return Math.min(Math.ceil(seconds * 1000), 2 ** 31 - 1)
}

/** The body, of which a guest is told where it breaks off. */
async function* unbroken(body: Incoming['body'], url: URL): Incoming['body'] {
  try {
    yield* body
  } catch (error) {
    throw failure(error, url, 'broke off')
  }
}

/** What a guest is told of an exchange that failed: the kind of failure, and not a word of the host's. */
function failure(error: unknown, url: URL, what: string): unknown {
  if (error instanceof GuestError) return error
  const { code } = error as { code?: unknown }
  const known = typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,50}$/.test(code) ? ` (${code})` : ''
  return new GuestError('ConnectionError', `${url.origin} ${what}${known}`)
}
