/** Responses that a handler of the host's gives, read as those of servers are. */
import type { Filled } from './filling.js'
import { aborted } from './gate.js'
import type { Incoming, NetworkHandler } from './network.js'
import type { NetworkRule } from './origins.js'

/**
 * What the handler answers; undefined where there is none, or it leaves the request to the network. Who made a response has decoded it.
 * @throws TypeError for what is none, as `Response.error()`
 */
export async function handled(
  handler: NetworkHandler | undefined,
  { url, method, headers: given, body }: Filled,
  rule: NetworkRule,
  signal: AbortSignal,
): Promise<Incoming | undefined> {
  if (handler === undefined) return undefined
  const hasBody = body !== undefined && method !== 'GET' && method !== 'HEAD'
  const asked = new Request(url, {
    method,
    headers: given.map(([name, value]): [string, string] => [name, value]),
    redirect: 'manual',
    signal,
    ...(hasBody && { body: body.slice() }),
  })
  const response = await aborted(signal, Promise.resolve(handler(asked, rule)))
  if (response === undefined) return undefined
  const { status, bodyUsed } = response
  if (!(Number.isInteger(status) && status >= 200 && status <= 599) || bodyUsed)
    throw new TypeError('what the handler gave is no response')
  const headers = [...response.headers].filter(
    ([name]) => !/^content-(encoding|length)$/.test(name),
  )
  return { status, headers, body: chunksOf(response.body, signal) }
}

async function* chunksOf(
  stream: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (stream === null) return
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await aborted(signal, reader.read())
      if (done) return
      if (!(value instanceof Uint8Array)) throw new TypeError('a body must be bytes')
      yield value
    }
  } finally {
    void reader.cancel().catch(() => {})
  }
}
