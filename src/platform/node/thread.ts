/**
 * Starts a worker as a thread of the host's process: quicker to start and smaller than a jail, since module and image are
 * shared, but without the permission model around it. What escapes from WebAssembly here is in the host.
 */
import { MessageChannel, Worker } from 'node:worker_threads'
import type { GuestImage } from '../../trusted/wall/image-facts.js'
import { WORKER_SCRIPT } from './jail.js'
import { Link } from '../../trusted/channel/link.js'
import type { GuestWorker } from '../../trusted/channel/worker.js'
import { encodeFrame, type Setup } from '../../trusted/channel/protocol.js'
import { STACK_SIZE_MB } from '../../trusted/wall/stack.js'
import type { ThreadData } from './worker.js'

/**
 * Starts a thread. `image.memory` should lie in a SharedArrayBuffer, or every thread gets a copy. `script` is another one than
 * that of guests, which is given `data` as well.
 */
export function startThread(
  wasm: WebAssembly.Module,
  image: GuestImage,
  setup: Setup,
  script = WORKER_SCRIPT,
  data: object = {},
): GuestWorker {
  const link = new Link()
  const { port1: mine, port2: port } = new MessageChannel()
  const signal = new Int32Array(new SharedArrayBuffer(4))
  const paused = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(script, {
    workerData: { ...data, port, signal, paused, wasm, image } satisfies ThreadData,
    transferList: [port],
    env: {},
    execArgv: ['--no-warnings'],
    stdout: true,
    stderr: true,
    resourceLimits: { stackSizeMb: STACK_SIZE_MB },
  })
  let failure = ''
  link.connect(
    {
      send: (...parts) => {
        const payload = parts.length === 1 ? parts[0]! : joined(parts)
        mine.postMessage(payload, [payload.buffer])
        Atomics.add(signal, 0, 1)
        Atomics.notify(signal, 0)
      },
      pause: (isPaused) => {
        Atomics.store(paused, 0, isPaused ? 1 : 0)
        Atomics.notify(paused, 0)
      },
      kill: () => {
        void worker.terminate()
      },
      hold: (held) => {
        if (held) {
          worker.ref()
          mine.ref()
        } else {
          worker.unref()
          mine.unref()
        }
      },
    },
    encodeFrame({ kind: 'setup', files: null, ...setup }),
  )
  mine.on('message', (payload: unknown) => {
    if (payload instanceof Uint8Array) link.receive(payload)
    else link.kill('the worker broke the protocol: a message that is not bytes')
  })
  mine.on('messageerror', () =>
    link.kill('the worker broke the protocol: a message that cannot be read'),
  )
  worker.on('error', (error) => {
    failure = `: ${error instanceof Error ? error.message : String(error)}`
  })
  worker.on('exit', (code) => {
    mine.close()
    link.close(`the worker exited with ${code}${failure}`)
  })
  return link
}

/** The parts in one memory of their own, which the other side is given. */
function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
