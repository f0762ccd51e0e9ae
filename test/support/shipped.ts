/** The shipped image and a guest of it, for tests of the entry. */
import { createChecker } from '../../src/pipeline.js'
import type { Value } from '../../src/trusted/channel/values.js'
import { loadImage, type LoadedImage } from '../../src/platform/node/image.js'
import { Guest, type CallLimits, type GuestOptions } from '../../src/trusted/wall/runtime.js'
import { ask, type Answer } from './images.js'

const checker = await createChecker({ modules: 'standard' })

/** The shipped image, as `npm run build` left it. */
export const shipped = (): LoadedImage => loadImage()

/** What every request but `compile` is told of the policy. */
export const COMMON = {
  policy: { modules: 'standard', builtins: null },
  recursion: 1000,
  resultBytes: 1 << 20,
  resultNodes: 100_000,
} as const

/** A guest of the shipped image, asked as the sandbox asks it: sources are rewritten, compiled in one pristine guest and run in another. */
export class ShippedGuest {
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

  /** Code bytes of a source. The guest is pristine afterwards. */
  compile(
    source: string,
    mode: 'exec' | 'eval' = 'exec',
    parameters: readonly string[] | null = null,
    names: readonly string[] = [],
  ): Uint8Array {
    const rewritten = checker.rewrite(source, {
      mode,
      ...(parameters && { names: [...parameters, ...names] }),
    })
    if (!rewritten.ok) throw new Error(JSON.stringify(rewritten.diagnostics))
    this.guest.reset()
    const answer = ask(this.guest, {
      op: 'compile',
      text: rewritten.code,
      mode,
      filename: 'guest.py',
      parameters,
      value: true,
    })
    this.guest.reset()
    if (answer.ok !== true) throw new Error(String(answer.message))
    return answer.code as Uint8Array
  }

  /** Runs in the guest as it is. */
  perform(code: Uint8Array, request: Record<string, Value> = {}, limits?: CallLimits): Answer {
    return ask(
      this.guest,
      { op: 'run', code, mode: 'exec', inputs: {}, result: null, ...COMMON, ...request },
      limits,
    )
  }

  /** Compiles and runs in a pristine guest. */
  run(source: string, request: Record<string, Value> = {}, limits?: CallLimits): Answer {
    return this.perform(
      this.compile(source, request.mode === 'eval' ? 'eval' : 'exec'),
      request,
      limits,
    )
  }
}
