/** What an image must tell about itself so that a guest can be made from it: `guest.json`, next to `guest.mem`. */

/** Version of the layout below and of the requests `_entry` understands; another version is refused. */
export const IMAGE_FORMAT = 2

/** Where CPython's countdown between two polls begins: `Py_EMSCRIPTEN_SIGNAL_CLOCK`. */
export const POLL_COUNTDOWN = 50

/** Written by the image builder, checked by image.ts. Addresses are byte offsets into the guest's memory. */
export interface ImageFacts {
  readonly format: number
  /** The trusted function `_entry`, bytes to bytes. */
  readonly entry: number
  /** Value of `__stack_pointer` when no call is under way. */
  readonly stackPointer: number
  /** Where the heap ends: memory beyond is zero. */
  readonly break: number
  /** Word that counts down to the next poll of `_Py_CheckEmscriptenSignals_Helper`. */
  readonly signalClock: number
  /** Values of the `GOT.func` globals, by name. */
  readonly got: Readonly<Record<string, number>>
  /** `sys.version_info` of the interpreter, as in `3.14.2`. */
  readonly python: string
  /** Bytes of `guest.mem`: whole wasm pages, the zero ones at the end cut off. */
  readonly size: number
  /** Beginning and end of each stretch of it that is not all zero, in whole wasm pages, ascending: two thirds of it. */
  readonly filled: readonly number[]
  /** Of `guest.mem`, and of the `pyodide.asm.wasm` it was taken from; hex. */
  readonly sha256: string
  readonly wasmSha256: string
  /** Version of the `pyodide` package it was taken from. */
  readonly pyodide: string
}

/** An image whose memory was read: `facts.size` bytes, never written to. */
export interface ReadImage {
  readonly facts: ImageFacts
  readonly memory: Uint8Array
}

/** An image ready for use: read, or left in its file, from which `fill` reads as much as the target takes. */
export type GuestImage =
  | ReadImage
  | { readonly facts: ImageFacts; readonly fill: (target: Uint8Array, from: number) => void }

/** Writes the image's bytes from `from` on to `target`. */
export function fillFrom(image: GuestImage, target: Uint8Array, from: number): void {
  if ('fill' in image) image.fill(target, from)
  else target.set(image.memory.subarray(from, from + target.length))
}

/** Makes `memory` what the image says: `put` fills a stretch of it, all else is zero. */
export function layOut(
  { filled }: ImageFacts,
  memory: Uint8Array,
  put: (start: number, end: number) => void,
): void {
  let done = 0
  for (let i = 0; i < filled.length; i += 2) {
    const [start, end] = [filled[i]!, filled[i + 1]!]
    memory.fill(0, done, start)
    put(start, end)
    done = end
  }
  memory.fill(0, done)
}
