/** What an image must tell about itself so that a guest can be made from it: `guest.json`, next to `guest.mem`. */

import { same } from './same.js'

/** A page of wasm's: stretches of memory are compared with it. */
export const ZEROS = new Uint8Array(65_536)
/** Version of the layout below and of the requests `_entry` understands; another version is refused. */
export const IMAGE_FORMAT = 6

/** Where CPython's countdown between two polls begins: `Py_EMSCRIPTEN_SIGNAL_CLOCK`. */
export const POLL_COUNTDOWN = 50
/** Steps, which are loop turns and calls, from one poll to the next: one unit of fuel. */
export const STEPS_A_TICK = POLL_COUNTDOWN + 1

/** Functions of one side of the door, by their addresses in the image: the guest's, or the trusted guest's. */
export interface SideFacts {
  /** What it serves, by the number of the operation (crossing.py). */
  readonly serves: readonly number[]
  /** What the door calls around an operation: crossing.py says what each does. */
  readonly rich: number
  readonly outward: number
  readonly payload: number
  readonly inward: number
  readonly remote: number
  readonly told: number
  readonly raise: number
}

/** What the door's JavaScript knows of both guests' memories: it calls, and compares with, nothing that a guest told it. */
export interface DoorFacts {
  /** Index in the table of the function behind `_door`; the first beyond those of a fresh instance. */
  readonly slot: number
  /** The trusted guest's entry, bytes to bytes: what the host asks of it (hosted.py). */
  readonly entry: number
  readonly guest: SideFacts
  readonly host: SideFacts
  /** Called in the trusted guest before anything else, once its memory was put in place. */
  readonly wake: number
  /** Classes whose instances are tried as data at once. */
  readonly plain: readonly number[]
}

/** A change of the module's bytes: at an offset of the original, so many bytes are replaced by those of `insert` (hex). */
export interface Splice {
  readonly at: number
  readonly remove: number
  readonly insert: string
}

/** Written by the image builder, checked by image.ts. Addresses are byte offsets into the guest's memory. */
export interface ImageFacts {
  readonly format: number
  /** The trusted function `_entry`, bytes to bytes. */
  readonly entry: number
  /** Text that a NUL ends: where the guest was when it last asked for a file (guest/noted.py). Its word. */
  readonly note: number
  /** Value of `__stack_pointer` when no call is under way. */
  readonly stackPointer: number
  /** Where the heap ends: memory beyond is zero. */
  readonly break: number
  /** Word that counts down to the next poll of `_Py_CheckEmscriptenSignals_Helper`. */
  readonly signalClock: number
  readonly door: DoorFacts
  /** Where in the memory the addresses of the classes are that were not immutable before the image was taken, and how many. */
  readonly frozen: { readonly list: number; readonly count: number }
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
  /** What makes the module that guests are made of from the one it was taken from, ascending: see the builder. */
  readonly splices: readonly Splice[]
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

/** The bytes of images that were read from their files. */
const kept = new WeakMap<GuestImage, Uint8Array>()

const inMemory = (image: GuestImage): Uint8Array | undefined =>
  'memory' in image ? image.memory : kept.get(image)

/** Writes the image's bytes from `from` on to `target`. */
export function fillFrom(image: GuestImage, target: Uint8Array, from: number): void {
  const memory = inMemory(image)
  if (memory) target.set(memory.subarray(from, from + target.length))
  else if ('fill' in image) image.fill(target, from)
}

/** All of its bytes, not to be written to. Of an image in its file they are read the first time, and kept: 27 MiB, the rest is zeros. */
export function imageBytes(image: GuestImage): Uint8Array {
  const known = inMemory(image)
  if (known) return known
  const { size, filled } = image.facts
  const bytes = new Uint8Array(size)
  for (let i = 0; i < filled.length; i += 2)
    fillFrom(image, bytes.subarray(filled[i], filled[i + 1]), filled[i]!)
  kept.set(image, bytes)
  return bytes
}

/** Makes `memory` what the image says. What holds zeros is not written: the system keeps no memory for it then. */
export function layOut(image: GuestImage, memory: Uint8Array): void {
  const { filled } = image.facts
  for (let at = 0, i = 0; at < memory.length; i += 2) {
    const [start = memory.length, end = start] = filled.slice(i, i + 2)
    for (; at < start; at += ZEROS.length) {
      const stretch = memory.subarray(at, at + ZEROS.length)
      if (!same(stretch, ZEROS)) stretch.fill(0)
    }
    fillFrom(image, memory.subarray(start, end), start)
    at = end
  }
}
