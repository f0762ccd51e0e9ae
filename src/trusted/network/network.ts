/**
 * The effect `request`: a guest asks for one exchange with a server, by HTTP. Its target is `METHOD URL`.
 *
 * In this order: the URL is parsed once; the policy must allow its origin, path and method; the headers are checked; secrets are put
 * in; the name is looked up, once, and every address of it must be public or named by the rule; one of those very addresses is
 * dialled; what comes back is read up to its limits. A redirect is an answer like any other: a guest that follows it asks anew.
 */
import { GuestError, Refusal, type Effect, type Question, type Rule } from '../broker/effect.js'
import { isWithin, readAddress, readRange, whyRefused } from './addresses.js'
import { decider, type Allowed } from './decider.js'
import { readHeaders, type Header } from './headers.js'
import {
  isOf,
  nameOf,
  portOf,
  type NetworkRule,
  type NetworkRules,
  type Origin,
} from './origins.js'
import { Gate, aborted } from './gate.js'
import { handled } from './handled.js'
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
type Answered = Omit<Incoming, 'body'> & { readonly body: Uint8Array }

/** Exchanges of one run that are under way at the same time; more wait. */
const AT_ONCE = 8

/**
 * The effect, for one run. At most {@link AT_ONCE} exchanges are under way at a time; more wait.
 * @throws TypeError for a rule whose origin is none
 */
export function networkEffect(options: NetworkOptions): Effect {
  const { secrets } = options
  const decide = decider(options.rules)
  const gate = new Gate(AT_ONCE)
  return {
    rule(target) {
      const allowed = decide(target)
      if (typeof allowed === 'string') return allowed
      const { rule, path } = allowed
      const { requests: calls, approve, timeMs: timeoutMs = options.timeoutMs } = rule
      return { path, calls, approve, timeoutMs } satisfies Rule
    },

    async perform(question, outer) {
      const allowed = decide(question.target)
      if (typeof allowed === 'string') throw new Refusal(allowed)
      const { url, rule } = allowed
      const most = Math.min(rule.bytes ?? Infinity, options.bytes)
      const request = requestOf(question, allowed, most, secrets)
      const late = lateAfter(question.kwargs['timeout'])
      const signal = late ? AbortSignal.any([outer, late]) : outer
      const leave = await gate.enter(signal)
      try {
        const incoming =
          (await handled(options.handler, request, rule, signal)) ??
          (await sent(options.transport, request, allowed, signal))
        return await answerOf(incoming, most, secrets, secrets.areFor(url))
      } catch (error) {
        if (late?.aborted) throw new GuestError('TimeoutError', `${url.origin}: timed out`)
        throw error
      } finally {
        leave()
      }
    },

    close() {},
  }
}

/** The request that a question asks for, with what the host adds to it. @throws GuestError, Refusal */
function requestOf(
  { args: [given, body = null] }: Question,
  { url, method, rule }: Allowed,
  most: number,
  secrets: Secrets,
): Filled {
  if (body !== null && !(body instanceof Uint8Array))
    throw new GuestError('TypeError', 'a body must be bytes')
  if (body !== null && body.length > most)
    throw new GuestError('ValueError', `a body of more than ${most} bytes`)
  return withSecrets({ url, method, body }, readHeaders(given), rule, secrets)
}

/** Fires when a guest waits no more: it says for how many seconds it is willing to. */
function lateAfter(seconds: unknown): AbortSignal | undefined {
  if (seconds === undefined || seconds === null) return undefined
  if (typeof seconds !== 'number' || !(seconds > 0))
    throw new GuestError('ValueError', 'a timeout must be a number of seconds above 0')
  return AbortSignal.timeout(Math.min(Math.ceil(seconds * 1000), 2 ** 31 - 1))
}

/** What the server answers, at one of the addresses that were looked at and at no other. */
async function sent(
  transport: Transport,
  request: Filled,
  allowed: Allowed,
  signal: AbortSignal,
): Promise<Incoming> {
  const addresses = await addressesOf(allowed, transport, signal)
  const outgoing = { ...request, addresses, port: portOf(allowed.url) }
  const incoming = await transport.send(outgoing, signal).catch((error: unknown) => {
    throw failure(error, allowed.url, 'cannot be reached')
  })
  return { ...incoming, body: unbroken(incoming.body, allowed.url) }
}

/** The addresses of the URL's host, each public or named by the rule. @throws Refusal where one is neither */
async function addressesOf(
  { url, rule, origins }: Allowed,
  transport: Transport,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const name = nameOf(url)
  const found = readAddress(name)
    ? [name]
    : await aborted(signal, transport.resolve(name)).catch((error: unknown) => {
        throw failure(error, url, 'has no address')
      })
  const named = [...rule.addresses, ...namedBy(origins, url)].flatMap((one) => readRange(one) ?? [])
  const own = transport.own().flatMap((one) => readRange(one) ?? [])
  // All of them: a name that leads inwards as well is somebody's attempt, and which one would be dialled is chance.
  for (const text of found) {
    const address = readAddress(text)
    const why = address ? whyRefused(address, own) : 'an unreadable'
    if (why === undefined || (address && named.some((range) => isWithin(address, range)))) continue
    throw new Refusal(
      `${url.hostname} is ${why} address, or leads to one: the policy must name it ("addresses")`,
    )
  }
  if (found.length === 0) throw new GuestError('ConnectionError', `${url.hostname}: no address`)
  return found
}

/** What a guest is told of an answer: headers and body are `most` bytes together, at most. */
async function answerOf(
  { status, headers, body }: Incoming,
  most: number,
  secrets: Secrets,
  mayHoldSecret: boolean,
): Promise<Answered> {
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
  // From the last to the first: `size` is where the next one ends.
  for (const chunk of chunks.reverse()) whole.set(chunk, (size -= chunk.length))
  return { status, headers: told, body: secrets.mask(whole) }
}

/**
 * Addresses that an origin names for itself: its own, or those of `localhost`, which is a name for them and for nothing else. They are
 * nothing to the other origins of its rule, whose names somebody else may lead there.
 */
function namedBy(origins: readonly Origin[], url: URL): readonly string[] {
  if (!origins.some((origin) => !origin.isWildcard && isOf(origin, url))) return []
  return url.hostname === 'localhost' ? ['127.0.0.0/8', '::1'] : [nameOf(url)]
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
