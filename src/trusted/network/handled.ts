/** Responses that a handler of the host's gives, read as those of servers are. */
import { aborted } from './gate.js'
import type { Incoming } from './network.js'

/** A response of the host's own. Who made it has decoded it. @throws TypeError for what is none, as `Response.error()` */
export function incomingOf(response: Response, signal: AbortSignal): Incoming {
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
