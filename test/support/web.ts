/** Real servers on the addresses of this machine, for tests of what a guest reaches of them. */
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** A request that arrived. */
export interface Arrived {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface WebServer {
  readonly port: number
  /** Every request that arrived, in order. */
  readonly seen: Arrived[]
  /** Connections that were made, whether anything was asked by them or not. */
  readonly connections: () => number
  close(): Promise<void>
}

/** Answers requests at `address`; what `answer` leaves alone is answered with 200 and the request, as JSON. */
export async function serve(
  address: string,
  answer?: (...args: Parameters<RequestListener>) => boolean,
  { port = 0, tls }: { port?: number; tls?: { key: string; cert: string } } = {},
): Promise<WebServer> {
  const seen: Arrived[] = []
  let connections = 0
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const arrived = { method, url, headers, body: Buffer.concat(chunks).toString() }
      seen.push(arrived)
      if (answer?.(request, response)) return
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ at: address, ...arrived }))
    })
  }
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener)
  server.on('connection', () => connections++)
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(port, address, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
