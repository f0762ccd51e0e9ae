/**
 * Loads the guest's image and the WebAssembly it was taken from. Whether they are the pair that this version was built with is
 * {@link checkImage}'s to say, once in a host, while workers start on them and before anything runs. Node only.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  IMAGE_FORMAT,
  type GuestImage,
  type ImageFacts,
  type ReadImage,
} from '../../trusted/wall/image-facts.js'

/** The image or the wasm is missing, damaged, or of another build. The caller turns it into its own InstallationError. */
export class ImageError extends Error {
  override readonly name = 'ImageError'
}

/** What a worker needs to make guests; both parts can be shared between threads, when the memory is read. */
export interface LoadedImage<I = GuestImage> {
  readonly wasm: WebAssembly.Module
  readonly image: I
}

/** What helps against files that are not as they were made. */
const AGAIN = 'install pyrestrict again, or in a checkout run `npm run build`'

function orImageError<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new ImageError(`cannot read ${path}: ${AGAIN} (${(error as Error).message})`, {
      cause: error,
    })
  }
}

/** The folders `npm run build` writes to, one for each language: in the package's `dist`. */
/** Not written into `new URL` itself: a bundler would take what is named there for an asset, and copy a folder of ours. */
const HERE = import.meta.url
/** Where the images are, by the language of their guests. */
export const IMAGE_FOLDERS = {
  restricted: fileURLToPath(new URL('../../../dist/guest/', HERE)),
  full: fileURLToPath(new URL('../../../dist/guest-full/', HERE)),
} as const
/** Which of them. */
export type ImageName = keyof typeof IMAGE_FOLDERS
/** The one that compile workers have, and guests of the restricted language. */
export const IMAGE_FOLDER = IMAGE_FOLDERS.restricted

/** Where the `pyodide` package keeps its wasm. */
export function wasmPath(): string {
  return (foundWasm ??= process
    .getBuiltinModule('node:module')
    .createRequire(HERE)
    .resolve('pyodide/pyodide.asm.wasm'))
}

/**
 * Kept from the first time: reading it takes a file descriptor. A host that has none left must learn that from the error of its
 * spawn, not from an error here.
 */
let foundWasm: string | undefined

/** Python's standard library as the `pyodide` package ships it, an archive. @throws ImageError */
export function readLibrary(): Uint8Array {
  const path = join(dirname(wasmPath()), 'python_stdlib.zip')
  return orImageError(path, () => readFileSync(path))
}

/** What the image says of itself. @throws ImageError where it says nothing that could be used */
export function readFacts(folder: string): ImageFacts {
  const path = join(folder, 'guest.json')
  const facts = orImageError(
    path,
    () => JSON.parse(readFileSync(path, 'utf8')) as ImageFacts | null,
  )
  if (facts?.format !== IMAGE_FORMAT)
    throw new ImageError(
      `the guest image has format ${facts?.format}, not ${IMAGE_FORMAT}: ${AGAIN}`,
    )
  if (typeof facts.sha256 !== 'string') throw new ImageError(`${path} is damaged: ${AGAIN}`)
  return facts
}

/**
 * Hashes both files, away from the caller's thread. 40 ms.
 *
 * @throws ImageError, rejecting, unless they are what this version was built with.
 */
export async function checkImage(folder: string = IMAGE_FOLDER): Promise<void> {
  const facts = readFacts(folder)
  const hash = async (path: string): Promise<string> => {
    const bytes = await readFile(path).catch((error: unknown) =>
      orImageError(path, (): never => {
        throw error
      }),
    )
    return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
  }
  const path = join(folder, 'guest.mem')
  const [wasm, memory] = await Promise.all([hash(wasmPath()), hash(path)])
  if (wasm !== facts.wasmSha256)
    throw new ImageError(
      `the guest image was taken from pyodide ${facts.pyodide}; another pyodide is installed`,
    )
  if (memory !== facts.sha256) throw new ImageError(`${path} is damaged: ${AGAIN}`)
}

/** The module as the image's splices make it of the file's. Each piece is read to where it belongs. */
function loadWasm(path: string, { splices }: ImageFacts): WebAssembly.Module {
  return orImageError(path, () => {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      const grown = splices.reduce((sum, { remove, insert }) => sum + insert.length / 2 - remove, 0)
      const module = new Uint8Array(size + grown)
      let [read, written] = [0, 0]
      const copy = (end: number): void => {
        while (read < end) {
          const count = readSync(file, module, written, end - read, read)
          if (count === 0) throw new Error('it was cut short')
          read += count
          written += count
        }
      }
      for (const { at, remove, insert } of splices) {
        copy(at)
        module.set(Buffer.from(insert, 'hex'), written)
        read += remove
        written += insert.length / 2
      }
      copy(size)
      return new WebAssembly.Module(module)
    } finally {
      closeSync(file)
    }
  })
}

/**
 * Reads both files, and compiles one: 35 ms. In a thread pass what another loaded instead.
 *
 * @throws ImageError
 */
export function loadImage(folder: string = IMAGE_FOLDER): LoadedImage<ReadImage> {
  const facts = readFacts(folder)
  const path = join(folder, 'guest.mem')
  const memory = orImageError(path, () => readFileSync(path))
  return { wasm: loadWasm(wasmPath(), facts), image: { memory, facts } }
}

/**
 * As {@link loadImage}, for a process that makes one guest: the image stays in its file, from which every reset reads it
 * straight into the guest (as quick as from memory, and 27 MiB less of it). The file is checked once; whoever may change it
 * afterwards may change this code as well.
 *
 * @param wasmFile where the wasm is, for a jail, which may not look for it (symlinks on the way).
 * @throws ImageError
 */
export function openImage(
  folder: string = IMAGE_FOLDER,
  wasmFile: string = wasmPath(),
): LoadedImage {
  const facts = readFacts(folder)
  const path = join(folder, 'guest.mem')
  const file = orImageError(path, () => openSync(path, 'r'))
  const fill = (target: Uint8Array, from: number): void => {
    const end = Math.min(target.length, facts.size - from)
    for (let at = 0; at < end; ) {
      const count = readSync(file, target, at, end - at, from + at)
      if (count === 0) throw new ImageError(`${path} was cut short`)
      at += count
    }
  }
  return { wasm: loadWasm(wasmFile, facts), image: { facts, fill } }
}
