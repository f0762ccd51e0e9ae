/** Starts compile workers: processes in a jail like that of guests, or threads. None of them ever runs a guest's code. */
import type { Wrap } from './bubblewrap.js'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { GuestWorker } from '../../trusted/channel/worker.js'
import type { Setup } from '../../trusted/channel/protocol.js'
import type { GuestImage } from '../../trusted/wall/image-facts.js'
import { BlockingThread } from './blocking.js'
import { IMAGE_FOLDER, wasmPath } from './image.js'
import { startJail } from './jail.js'
import { startThread } from './thread.js'

/** Where a compile worker finds what it is made of, in the order of a process's arguments. */
export type WorkerFiles = readonly [
  wasm: string,
  imageFolder: string,
  parserCore: string,
  grammar: string,
]

/** Not written into `new URL` itself: a bundler would take what is named there for an asset, and copy a folder of ours. */
const HERE = import.meta.url
// From src/ as from dist/.
const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, HERE))
const SCRIPT = at('dist/bundle/compile-worker.js')

/** What compile workers are told at their start: no clock and no chance decide how a source is compiled. */
const SETUP: Setup = {
  clock: { fixed: 0 },
  random: { seed: 0 },
  memoryBytes: 512 << 20,
  maxFrameBytes: 2 ** 30,
}

let found: WorkerFiles | undefined

/** Kept from the first time: reading it takes a file descriptor. Symbolic links are resolved, since a jail may not follow them. */
function files(): WorkerFiles {
  return (found ??= [
    realpathSync(wasmPath()),
    realpathSync(IMAGE_FOLDER),
    realpathSync(
      process
        .getBuiltinModule('node:module')
        .createRequire(HERE)
        .resolve('web-tree-sitter/web-tree-sitter.wasm'),
    ),
    realpathSync(at('dist/grammar/tree-sitter-python.wasm')),
  ])
}

/** The files that decide what a source is compiled to, the image apart. */
export function compilerFiles(): readonly string[] {
  const [, , core, grammar] = files()
  return [SCRIPT, at('grammar-rules/kinds.txt'), core, grammar]
}

/** A process; `wrap` is a command put before its own. */
export function startCompileJail(wrap: Wrap | undefined): GuestWorker {
  const script = realpathSync(SCRIPT)
  const args = files()
  const program = {
    script,
    args,
    readable: [
      script,
      realpathSync(at('grammar-rules/kinds.txt')),
      // Node 20 asks the package.json of every folder up to ours which kind of module a script is.
      ...['dist/bundle', 'dist', '.'].map((folder) => `${realpathSync(at(folder))}/package.json`),
      ...args,
    ],
  }
  return startJail({ setup: SETUP, ...(wrap && { wrap }) }, program)
}

/** A thread that the caller's own stands still for. */
export function startBlockingCompiler(wasm: WebAssembly.Module, image: GuestImage): BlockingThread {
  return new BlockingThread(wasm, image, SETUP, SCRIPT, { files: files() })
}

/** A thread of this process. */
export function startCompileThread(wasm: WebAssembly.Module, image: GuestImage): GuestWorker {
  return startThread(wasm, image, SETUP, SCRIPT, { files: files() })
}
