/**
 * The script of a compile worker: a jail process or a thread, as guests have, that runs no guest. It speaks as other workers
 * do: a call's request is a batch of jobs, its response their answers. Built into one file, `dist/bundle/compile-worker.js`:
 * loading seventy takes 50 ms.
 *
 * A process is started with the paths of its {@link WorkerFiles}; a thread is given them with the loaded image.
 */
import { readFileSync, writeSync } from 'node:fs'
import { isMainThread, workerData } from 'node:worker_threads'
import type { WorkerFiles } from '../platform/node/compile-worker.js'
import { openImage } from '../platform/node/image.js'
import { EXIT, PortPipe, StdioPipe, type Pipe } from '../platform/node/pipe.js'
import { preload } from '../platform/node/preload.js'
import { startQuickly } from '../platform/node/quick-start.js'
import type { ThreadData } from '../platform/node/worker.js'
import { loadParser } from '../syntax/parse.js'
import { encodeAnswers } from '../trusted/channel/compile-answer.js'
import { ProtocolError } from '../trusted/channel/frames.js'
import {
  decodeCommand,
  encodeFrame,
  type Command,
  type Report,
} from '../trusted/channel/protocol.js'
import type { GuestImage } from '../trusted/wall/image-facts.js'
import { Guest } from '../trusted/wall/runtime.js'
import { decodeJobs } from './jobs.js'
import { Workshop } from './workshop.js'

/** What a thread is started with. */
interface CompileThreadData extends ThreadData {
  readonly files: WorkerFiles
}

async function serve(
  pipe: Pipe,
  wasm: WebAssembly.Module,
  image: GuestImage,
  [, , core, grammar]: WorkerFiles,
): Promise<never> {
  const next = (): Command => decodeCommand(pipe.read())
  const tell = (report: Report): void => pipe.write(encodeFrame(report))
  const parser = await loadParser(
    { core: readFileSync(core), grammar: readFileSync(grammar) },
    { isTimed: false },
  )
  const setup = next()
  if (setup.kind !== 'setup') throw new ProtocolError('no setup')
  const { clock, random, memoryBytes } = setup
  const guest = new Guest(wasm, image, { clock, random, memoryBytes })
  const workshop = new Workshop(parser, guest)
  if (pipe instanceof StdioPipe) pipe.allow(setup.maxFrameBytes)
  preload()
  workshop.warm()
  tell({ kind: 'ready' })
  for (let isFirst = true; ; isFirst = false) {
    const command = next()
    if (command.kind !== 'perform') throw new ProtocolError(`"${command.kind}" out of place`)
    const { id } = command
    const began = performance.now()
    tell({ kind: 'begun', id })
    const { terms, jobs } = decodeJobs(command.request)
    const answers = workshop.makeAll(terms, jobs)
    const { retire } = workshop
    const response = encodeAnswers({ answers, retire })
    const usage = {
      wallMs: performance.now() - began,
      fuel: 0,
      peakMemoryBytes: guest.usage.peakMemoryBytes,
      outputBytes: 0,
    }
    tell({ kind: 'ended', id })
    tell({ kind: 'done', id, usage, response, delta: null, traces: null, tape: null, files: null })
    if (!retire) workshop.reset()
    // What starting left, ten megabytes, is looked for when nobody waits for an answer.
    if (isFirst) (globalThis as { gc?: () => void }).gc?.()
  }
}

try {
  if (isMainThread) {
    for (const name of Object.keys(process.env)) delete process.env[name]
    startQuickly()
    const files = process.argv.slice(2) as unknown as WorkerFiles
    const { wasm, image } = openImage(files[1], files[0])
    await serve(new StdioPipe(), wasm, image, files)
  } else {
    const { port, signal, wasm, image, files } = workerData as CompileThreadData
    await serve(new PortPipe(port, signal), wasm, image, files)
  }
} catch (error) {
  if (!isMainThread) throw error
  writeSync(2, String(error))
  process.exit(EXIT.failed)
}
