/**
 * The network as Node has it: names are looked up as the system does, connections are made to the addresses that are given and to no
 * other. It judges nothing. Proxies of the environment are not looked at, connections are not kept, and there are no cookies.
 * undici is loaded with the first request: it is two thirds of what importing pyrestrict would cost a host that makes none.
 */
import { lookup } from 'node:dns/promises'
import { isIPv6, type LookupFunction } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Header } from '../../trusted/network/headers.js'
import type { Incoming, Outgoing, Transport } from '../../trusted/network/network.js'

/** What a host may say of the network. Default: the system's names, and the authorities that Node brings. */
export interface NodeTransportOptions {
  /** Looks a name up instead of the system. */
  readonly resolve?: ((name: string) => Promise<readonly string[]>) | undefined
  /** Certificates of authorities to trust instead of the ones that Node brings, PEM. */
  readonly ca?: string | readonly string[] | undefined
}

/** Most bytes of an answer's headers. */
const HEADER_BYTES = 65_536
/** Before the next address of a name is tried, in milliseconds. */
const NEXT_ADDRESS_MS = 2_000

/** The network of this machine. undici is loaded by the first request. */
export function nodeTransport({ resolve, ca }: NodeTransportOptions): Transport {
  return {
    resolve:
      resolve ??
      (async (name) => (await lookup(name, { all: true })).map((found) => found.address)),
    own: () =>
      Object.values(networkInterfaces()).flatMap((found) =>
        (found ?? []).map(({ address }) => address.replace(/%.*$/, '')),
      ),
    send: (request, signal) => send(request, signal, ca),
  }
}

async function send(
  { url, method, headers, body, addresses }: Outgoing,
  signal: AbortSignal,
  ca: NodeTransportOptions['ca'],
): Promise<Incoming> {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
  // Whatever name is asked, and however often, the answer is what was checked.
  const pinned: LookupFunction = (_name, options, done) => {
    if (options.all) done(null, found)
    else done(null, found[0]!.address, found[0]!.family)
  }
  const { Client } = await import('undici')
  const client = new Client(url.origin, {
    connect: {
      lookup: pinned,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
      // How long a request takes is its signal's to say.
      timeout: 0,
      maxCachedSessions: 0,
      ...(ca !== undefined && { ca: typeof ca === 'string' ? ca : [...ca] }),
    },
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: HEADER_BYTES,
    allowH2: false,
  })
  try {
    const response = await client.request({
      path: url.pathname + url.search,
      method: method as 'GET',
      headers: headers.flat(),
      body: body ?? null,
      signal,
      responseHeaders: 'raw',
      reset: true,
    })
    return {
      status: response.statusCode,
      headers: pairsOf(response.headers as unknown as readonly (string | Buffer)[]),
      body: until(response.body, () => client.destroy()),
    }
  } catch (error) {
    await client.destroy().catch(() => {})
    throw error
  }
}

/** Names and values in turn, as pairs. */
function pairsOf(flat: readonly (string | Buffer)[]): Header[] {
  const text = (part: string | Buffer): string =>
    typeof part === 'string' ? part : part.toString('latin1')
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    text(flat[2 * index]!),
    text(flat[2 * index + 1]!),
  ])
}

/** The chunks, and `end` when nobody wants more of them. */
async function* until(
  body: AsyncIterable<Uint8Array>,
  end: () => Promise<void>,
): AsyncIterable<Uint8Array> {
  try {
    yield* body
  } finally {
    await end().catch(() => {})
  }
}
