/** Loads the guest's image and the WebAssembly it was taken from, and refuses a pair that does not belong together. Node only. */
import { createHash } from 'node:crypto'
import { openSync, readFileSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { IMAGE_FORMAT, type GuestImage, type ImageFacts } from './image-facts.js'

/** The image or the wasm is missing, damaged, or of another build. The caller turns it into its own InstallationError. */
export class ImageError extends Error {
  override readonly name = 'ImageError'
}

/** What a worker needs to make guests; both parts can be shared between threads. */
export interface LoadedImage {
  readonly wasm: WebAssembly.Module
  readonly image: GuestImage
}

function orImageError<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new ImageError(`cannot read ${path}: run \`npm run build\` (${(error as Error).message})`)
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The folder `npm run build` writes to: beside this file when compiled, else in the package's `dist`. */
export const IMAGE_FOLDER = fileURLToPath(new URL('../../../dist/image/', import.meta.url))

/** Where the `pyodide` package keeps its wasm. */
export function wasmPath(): string {
  return foundWasm ??= createRequire(import.meta.url).resolve('pyodide/pyodide.asm.wasm')
}

/** Found once: looking needs a descriptor, and a host that has none left must still be told so by the spawn. */
let foundWasm: string | undefined

/** Every file {@link loadImage} reads: what a jail must be allowed to read of it. */
export function imageFiles(folder: string = IMAGE_FOLDER): string[] {
  return [join(folder, 'guest.json'), join(folder, 'guest.mem'), wasmPath()]
}

function readFacts(folder: string): ImageFacts {
  const path = join(folder, 'guest.json')
  const facts = orImageError(path, () => JSON.parse(readFileSync(path, 'utf8')) as ImageFacts)
  if (facts.format !== IMAGE_FORMAT) throw new ImageError(`the guest image has format ${facts.format}, not ${IMAGE_FORMAT}: run \`npm run build\``)
  return facts
}

const otherWasm = (facts: ImageFacts): ImageError =>
  new ImageError(`the guest image was taken from pyodide ${facts.pyodide}; another pyodide is installed`)
const damaged = (path: string): ImageError => new ImageError(`${path} is damaged: run \`npm run build\``)

/**
 * Hashes both files, away from the caller's thread: for those who load them unchecked in the meantime. 40 ms.
 *
 * @throws ImageError, rejecting, unless they are what this version was built with.
 */
export async function checkImage(folder: string = IMAGE_FOLDER): Promise<void> {
  const facts = readFacts(folder)
  const hash = async (path: string): Promise<string> => {
    const bytes = await readFile(path).catch((error: unknown) => orImageError(path, (): never => { throw error }))
    return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
  }
  const path = join(folder, 'guest.mem')
  const [wasm, memory] = await Promise.all([hash(wasmPath()), hash(path)])
  if (wasm !== facts.wasmSha256) throw otherWasm(facts)
  if (memory !== facts.sha256) throw damaged(path)
}

/** How far a loader is to go. */
export interface LoadOptions {
  /** Somebody else calls {@link checkImage}: saves 30 ms. Default false. */
  readonly unchecked?: boolean
  /** Where the wasm is, for a jail, which may not look for it (symlinks on the way). */
  readonly wasmFile?: string | undefined
}

function loadWasm(facts: ImageFacts, { unchecked = false, wasmFile = wasmPath() }: LoadOptions): WebAssembly.Module {
  const wasm = orImageError(wasmFile, () => readFileSync(wasmFile))
  if (!unchecked && sha256(wasm) !== facts.wasmSha256) throw otherWasm(facts)
  return new WebAssembly.Module(wasm)
}

/**
 * Reads and checks both files: 35 ms to compile, 30 to hash. In a thread pass what another loaded instead.
 *
 * @throws ImageError
 */
export function loadImage(folder: string = IMAGE_FOLDER, options: LoadOptions = {}): LoadedImage {
  const facts = readFacts(folder)
  const wasm = loadWasm(facts, options)
  const path = join(folder, 'guest.mem')
  const memory = orImageError(path, () => readFileSync(path))
  if (options.unchecked !== true && sha256(memory) !== facts.sha256) throw damaged(path)
  return { wasm, image: { memory, facts } }
}

/** Read at a time when a file is hashed. */
const CHUNK = 1 << 20

/**
 * As {@link loadImage}, for a process that makes one guest: the image stays in its file, from which every reset reads it
 * straight into the guest (as quick as from memory, and 27 MiB less of it). The file is checked once; whoever may change it
 * afterwards may change this code as well.
 *
 * @throws ImageError
 */
export function openImage(folder: string = IMAGE_FOLDER, options: LoadOptions = {}): LoadedImage {
  const facts = readFacts(folder)
  const wasm = loadWasm(facts, options)
  const path = join(folder, 'guest.mem')
  const file = orImageError(path, () => openSync(path, 'r'))
  const fill = (target: Uint8Array, from = 0): void => {
    const end = Math.min(target.length, facts.size - from)
    for (let at = 0; at < end;) {
      const count = readSync(file, target, at, end - at, from + at)
      if (count === 0) throw new ImageError(`${path} was cut short`)
      at += count
    }
  }
  const image = {
    facts, fill,
    get memory(): Uint8Array {
      const memory = new Uint8Array(facts.size)
      fill(memory)
      return memory
    },
  }
  if (options.unchecked !== true) {
    const hash = createHash('sha256')
    const chunk = new Uint8Array(CHUNK)
    for (let count; (count = readSync(file, chunk, 0, chunk.length, null)) > 0;) hash.update(chunk.subarray(0, count))
    if (hash.digest('hex') !== facts.sha256) throw damaged(path)
  }
  return { wasm, image }
}
