/**
 * The effect `evaluate`: a guest has text compiled, where no guest runs, under the policy that it has itself.
 *
 * What it is answered is code that a compile worker has made of a text that was checked and verified, or why there is none. The host
 * passes it on and does not look into it: a guest that could forge it would run what it likes in its own memory, which is all that
 * code can reach.
 */
import { Denied, GuestError, type Effect } from './effect.js'

/** A diagnostic: code, message, hint; line and column from 1, of its start and its end. */
export type FindingRow = readonly [
  code: string,
  message: string,
  hint: string | null,
  line: number,
  column: number,
  endLine: number,
  endColumn: number,
]

/** What became of a text, and how many milliseconds a compile worker was at work on it; none where it was known. */
export type CompiledText = { readonly ms: number } & (
  | { readonly code: Uint8Array }
  | { readonly refused: readonly FindingRow[]; readonly omitted: number }
  | { readonly failed: string }
)

/** What a text is compiled as: an expression, a program, or interactive text, whose expressions show their values. */
export type TextMode = (typeof TEXT_MODES)[number]
const TEXT_MODES = ['eval', 'exec', 'single'] as const

/** Compiles a text of this sandbox. Must not reject because of what the text is. */
export type CompileText = (
  text: string,
  mode: TextMode,
  signal: AbortSignal,
) => CompiledText | Promise<CompiledText>

/** Path of the rule, for the log. */
export const EVALUATE = 'evaluate'

/** The texts of one run. Together they may take `compileMs`: what is asked for after that is an error. */
export function evaluateEffect(
  compile: CompileText,
  options: { readonly compileMs: number; readonly timeoutMs: number },
): Effect {
  const { compileMs, timeoutMs } = options
  let spentMs = 0
  const told = (compiled: CompiledText): unknown => {
    spentMs += compiled.ms
    if ('code' in compiled) return { code: compiled.code }
    if ('failed' in compiled) throw new GuestError('RuntimeError', compiled.failed)
    const { refused, omitted } = compiled
    return new Denied({ refused, omitted })
  }
  return {
    isRepeatable: true,
    rule: (target) =>
      TEXT_MODES.includes(target as TextMode)
        ? { path: EVALUATE, calls: undefined, approve: false, timeoutMs }
        : undefined,
    perform({ target, args: [text] }, signal) {
      if (typeof text !== 'string') throw new GuestError('TypeError', 'what is evaluated is text')
      if (spentMs >= compileMs)
        throw new GuestError(
          'RuntimeError',
          `the texts of this run took more than ${compileMs} ms to compile (limits.compileMs)`,
        )
      const compiled = compile(text, target as TextMode, signal)
      return compiled instanceof Promise ? compiled.then(told) : told(compiled)
    },
    close: () => {},
  }
}
