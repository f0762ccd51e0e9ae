/** Where guests run: starts workers of an isolation, and refuses a policy that the isolation cannot honour. */
import type { Wrap } from '../platform/node/bubblewrap.js'
import { InstallationError, OverloadError, PolicyError } from '../errors.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import type { BlockingThread } from '../platform/node/blocking.js'
import {
  startBlockingCompiler,
  startCompileJail,
  startCompileThread,
} from '../platform/node/compile-worker.js'
import {
  checkImage,
  IMAGE_FOLDERS,
  ImageError,
  loadImage,
  readFacts,
  type ImageName,
  type LoadedImage,
} from '../platform/node/image.js'
import type { ReadImage } from '../trusted/wall/image-facts.js'
import { InlineWorker } from '../platform/node/inline.js'
import { startJail } from '../platform/node/jail.js'
import type { GuestWorker } from '../trusted/channel/worker.js'
import type { Setup } from '../trusted/channel/protocol.js'
import { startThread } from '../platform/node/thread.js'
import { filesSetup } from './files.js'
import type { Isolation } from './isolation.js'

const MIB = 1 << 20

/** Room in a frame beyond what a policy's limits add up to. */
const FRAME_SLACK = 64 * MIB

/** What a worker is told at its start. */
export function setupOf(policy: ResolvedPolicy): Setup {
  const { clock, random, limits } = policy
  const files = filesSetup(policy)
  return {
    clock: clock === 'real' ? clock : { fixed: Date.parse(clock.fixed) },
    random,
    memoryBytes: limits.memoryMb * MIB,
    // A session's memory, of the guest and of the trusted one, and inputs as large, in one command.
    maxFrameBytes:
      4 * limits.memoryMb * MIB +
      limits.resultBytes +
      limits.codeBytes +
      FRAME_SLACK +
      files.frameBytes,
    files: files.setup,
  }
}

/** A function that starts workers. Nothing is read or started before it is called. */
export function starterOf(
  isolation: Isolation,
  setup: Setup,
  wrap: Wrap | undefined,
  name: ImageName = 'restricted',
): () => GuestWorker {
  if (wrap !== undefined && isolation !== 'process')
    throw new PolicyError(`wrap: a command goes around a process, and isolation is "${isolation}"`)
  switch (isolation) {
    case 'process':
      return () => startJail({ setup, image: name, ...(wrap && { wrap }) })
    case 'thread':
      return () => {
        const { wasm, image } = sharedImage(name)
        return startThread(wasm, image, setup)
      }
    case 'inline':
      return () => startInline(setup, name)
  }
}

/** A function that starts compile workers: processes where guests are processes, else threads. */
export function compileStarterOf(isolation: Isolation, wrap: Wrap | undefined): () => GuestWorker {
  if (isolation === 'process') return () => startCompileJail(wrap)
  return () => {
    const { wasm, image } = sharedImage('restricted')
    return startCompileThread(wasm, image)
  }
}

/** A compile worker that the caller's own thread stands still for. */
export function startCompilingNow(): BlockingThread {
  const { wasm, image } = sharedImage('restricted')
  return startBlockingCompiler(wasm, image)
}

/** A guest in the caller's own thread. */
export function startInline(setup: Setup, name: ImageName): InlineWorker {
  const { wasm, image } = sharedImage(name)
  return new InlineWorker(wasm, image, setup)
}

const shared = new Map<ImageName, LoadedImage<ReadImage>>()

/** An image of this process, loaded once; its memory can be read by threads without a copy. */
function sharedImage(name: ImageName): LoadedImage<ReadImage> {
  const known = shared.get(name)
  if (known) return known
  const { wasm, image } = orInstallationError(() => loadImage(IMAGE_FOLDERS[name]))
  const memory = new Uint8Array(new SharedArrayBuffer(image.memory.length))
  memory.set(image.memory)
  const loaded = { wasm, image: { ...image, memory } }
  shared.set(name, loaded)
  return loaded
}

/** The hash of the image that workers will run. @throws InstallationError when there is none. */
export function imageHash(name: ImageName): string {
  return orInstallationError(() => readFacts(IMAGE_FOLDERS[name]).sha256)
}

const checked = new Map<ImageName, Promise<void>>()

/**
 * Resolves once the image's files were found to be those this version was built with, while workers start on them. Nothing is
 * executed before. A failure is found again by the next who asks: the files may have been mended.
 * @throws InstallationError, rejecting.
 */
export function imageChecked(name: ImageName): Promise<void> {
  const known = checked.get(name)
  if (known) return known
  const checking = checkImage(IMAGE_FOLDERS[name]).catch((error: unknown) => {
    checked.delete(name)
    return orInstallationError((): never => {
      throw error
    })
  })
  checked.set(name, checking)
  return checking
}

/** What the system says when descriptors, processes or memory have run out: it may have some again later. */
export const LACKING = /\b(?:EMFILE|ENFILE|EAGAIN|ENOMEM)\b/

function orInstallationError<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    const cause = error instanceof ImageError ? (error.cause ?? error) : error
    const { code, message } = cause as NodeJS.ErrnoException
    if (LACKING.test(code ?? ''))
      throw new OverloadError(`the system has no more to give: ${message}`)
    const missing = code === 'ENOENT'
    if (error instanceof ImageError || missing)
      throw new InstallationError((error as Error).message)
    throw error
  }
}
