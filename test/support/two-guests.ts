/** Two guests without the language between them: the untrusted one is full Python too, and holds the door itself. */
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll } from 'vitest'
import { readLibrary, type LoadedImage } from '../../src/platform/node/image.js'
import type { starterOf } from '../../src/sandbox/workers.js'
import { decodeValue, encodeValue, type Value } from '../../src/trusted/channel/values.js'
import type { GuestWorker } from '../../src/trusted/channel/worker.js'
import { applyDelta, checkDelta, parted } from '../../src/trusted/wall/delta.js'
import { fillFrom } from '../../src/trusted/wall/image-facts.js'
import { bare, bareFolder, root } from './images.js'

const limits = {
  wallMs: 120_000,
  fuel: Number.MAX_SAFE_INTEGER,
  memoryBytes: 256 << 20,
  outputBytes: 1 << 20,
  responseBytes: 400 << 20,
}

/** A copy of `dist/` whose guests are of the bare image, so that each isolation can be started with it. One is made in a process. */
const copy = join(root, `node_modules/.cache/pyrestrict-bare-dist-${process.pid}`)
let copied: Promise<typeof starterOf> | undefined
afterAll(() => rmSync(copy, { recursive: true, force: true }))
async function bareDist(): Promise<typeof starterOf> {
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  cpSync(join(root, 'dist'), join(copy, 'dist'), {
    recursive: true,
    filter: (path) => !path.endsWith('guest.mem'),
  })
  cpSync(bareFolder(), join(copy, 'dist/guest'), { recursive: true })
  cpSync(join(root, 'package.json'), join(copy, 'package.json'))
  const url = pathToFileURL(join(copy, 'dist/sandbox/workers.js')).href
  return ((await import(url)) as { starterOf: typeof starterOf }).starterOf
}

/** The memory that was captured, as it lies in the guest: a delta is mixed with the image, and would show nothing of it. */
function wholeMemory({ image }: LoadedImage, captured: Uint8Array): Uint8Array {
  const [delta] = parted(captured)
  const memory = new Uint8Array(checkDelta(image, delta).size)
  fillFrom(image, memory.subarray(0, image.facts.size), 0)
  applyDelta(image, delta, memory)
  return memory
}

/** A worker with a trusted module loaded, and full Python in place of the guest. */
export class TwoGuests {
  private constructor(readonly worker: GuestWorker) {}

  static async start(
    isolation: 'process' | 'thread' | 'inline',
    source: string,
    expose: Record<string, Value>,
  ): Promise<TwoGuests> {
    const start = (await (copied ??= bareDist()))(
      isolation,
      {
        clock: 'real',
        random: 'real',
        memoryBytes: limits.memoryBytes,
        maxFrameBytes: 2 ** 31,
      },
      undefined,
    )
    const two = new TwoGuests(start())
    await two.worker.ready
    await two.run('remotes.attend(globals(), repr, lambda recursion: None, remotes.let_go)')
    await two.#ask('host', { op: 'full', archive: readLibrary() })
    await two.#ask('host', { op: 'load', name: 'engine', source, expose })
    return two
  }

  /** The global `result` after `code` has run in the untrusted guest; an Error with its traceback when it raised. */
  async run(code: string, inputs: Value = {}): Promise<Value> {
    return this.#ask('guest', { op: 'exec_raw', code, inputs })
  }

  /** The value of a trusted function called by the host. */
  async call(name: string, args: Value[] = []): Promise<Value> {
    return this.#ask('host', {
      op: 'call',
      module: 'engine',
      function: name,
      args,
      recursion: 1000,
    })
  }

  /** All of the untrusted guest's memory, and of the trusted guest's. */
  async memories(): Promise<[Uint8Array, Uint8Array]> {
    const performed = await this.#perform('guest', { op: 'exec_raw', code: '1' }, 'capture')
    const both = performed.delta!
    const view = new DataView(both.buffer, both.byteOffset)
    const end = 8 + view.getUint32(4, true)
    const image = bare()
    return [wholeMemory(image, both.subarray(8, end)), wholeMemory(image, both.subarray(end))]
  }

  async end(): Promise<void> {
    this.worker.kill('over')
    await this.worker.ended
  }

  async #ask(to: 'guest' | 'host', request: Value): Promise<Value> {
    const { response } = await this.#perform(to, request, 'keep')
    const answer = decodeValue(response) as { status: string; value: Value; message?: string }
    if (answer.status !== 'returned') throw new Error(answer.message ?? JSON.stringify(answer))
    return answer.value
  }

  async #perform(to: 'guest' | 'host', request: Value, end: 'keep' | 'capture') {
    const performed = await this.worker.perform({
      to,
      begin: this.#isNew ? 'image' : 'keep',
      request: encodeValue(request),
      limits,
      end,
    })
    this.#isNew = false
    if (performed.kind !== 'done') throw new Error(JSON.stringify(performed))
    return performed
  }
  #isNew = true
}
