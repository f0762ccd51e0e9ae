/** The `bare` image for tests, full Python without the language layer: built once, and kept. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeValue, encodeValue, type Value } from '../../src/trusted/channel/values.js'
import { loadImage, type LoadedImage } from '../../src/platform/node/image.js'
// Memory is compared as in workers: four times as quick as without.
import '../../src/platform/node/preload.js'
import { Guest, type CallLimits, type GuestOptions } from '../../src/trusted/wall/runtime.js'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const builder = join(root, 'dist/image/build.js')

/** Where an image of a variant for tests lies. Under node_modules, where nothing is packed from. */
function variantFolder(variant: 'bare' | 'unclosed'): string {
  const folder = join(root, `node_modules/.cache/pyrestrict-${variant}`)
  if (!upToDate.has(folder))
    execFileSync(process.execPath, [builder, folder, variant], { stdio: 'ignore' })
  upToDate.add(folder)
  return folder
}
const upToDate = new Set<string>()

/** Where an image lies whose `exec_raw` runs any Python. */
export const bareFolder = (): string => variantFolder('bare')

/** Where an image lies whose known memory bugs are open, and whose `id()` tells addresses. */
export const unclosedFolder = (): string => variantFolder('unclosed')

export const bare = (): LoadedImage => loadImage(bareFolder())

export interface Answer {
  readonly status: string
  readonly value?: Value
  readonly message?: string
  readonly [key: string]: Value
}

/** One request to a guest, as a value. */
export function ask(guest: Guest, request: Value, limits?: CallLimits): Answer {
  return decodeValue(guest.call(encodeValue(request), limits)) as Answer
}

/** A guest that runs any Python, with what it printed. */
export class BareGuest {
  readonly guest: Guest
  output = ''

  constructor({ wasm, image }: LoadedImage, options: GuestOptions = {}) {
    const decoder = new TextDecoder()
    this.guest = new Guest(wasm, image, {
      onOutput: (_fd, bytes) => {
        this.output += decoder.decode(bytes)
      },
      ...options,
    })
  }

  /** Nothing has run in it, and nothing was printed: a reset takes a tenth of the time that a new one takes. */
  pristine(): this {
    this.guest.reset()
    this.output = ''
    return this
  }

  /** The global `result` after `code`; an Error with the traceback when it raised. */
  run(code: string, inputs: Value = {}, limits?: CallLimits): Value {
    const answer = ask(this.guest, { op: 'exec_raw', code, inputs }, limits)
    if (answer.status !== 'returned') throw new Error(answer.message)
    return answer.value
  }
}
