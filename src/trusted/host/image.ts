/** Loads the guest's image and the WebAssembly it was taken from, and refuses a pair that does not belong together. Node only. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
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

const read = (path: string): Uint8Array => {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new ImageError(`cannot read ${path}: run \`npm run build\` (${(error as Error).message})`)
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The folder `npm run build` writes to: beside this file when compiled, else in the package's `dist`. */
export const IMAGE_FOLDER = fileURLToPath(new URL('../../../dist/image/', import.meta.url))

/** Where the `pyodide` package keeps its wasm. */
export function wasmPath(): string {
  return createRequire(import.meta.url).resolve('pyodide/pyodide.asm.wasm')
}

/** Every file {@link loadImage} reads: what a jail must be allowed to read of it. */
export function imageFiles(folder: string = IMAGE_FOLDER): string[] {
  return [join(folder, 'guest.json'), join(folder, 'guest.mem'), wasmPath()]
}

/**
 * Reads and checks both files: 35 ms to compile, 30 to hash. In a worker pass what another thread loaded instead.
 *
 * @throws ImageError
 */
export function loadImage(folder: string = IMAGE_FOLDER): LoadedImage {
  const facts = JSON.parse(Buffer.from(read(join(folder, 'guest.json'))).toString('utf8')) as ImageFacts
  if (facts.format !== IMAGE_FORMAT) throw new ImageError(`the guest image has format ${facts.format}, not ${IMAGE_FORMAT}: run \`npm run build\``)
  const wasm = read(wasmPath())
  if (sha256(wasm) !== facts.wasmSha256) throw new ImageError(`the guest image was taken from pyodide ${facts.pyodide}; another pyodide is installed`)
  const memory = read(join(folder, 'guest.mem'))
  if (sha256(memory) !== facts.sha256) throw new ImageError(`${join(folder, 'guest.mem')} is damaged: run \`npm run build\``)
  return { wasm: new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>), image: { memory, facts } }
}
