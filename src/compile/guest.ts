/** What is asked of the compile guest (compile.py), and what it answers: decoded as if forged, as hostile text may have done. */
import type { Mode } from '../check/options.js'
import { decodeValue, encodeValue, type Value } from '../trusted/channel/values.js'
import { ProtocolError } from '../trusted/channel/frames.js'

/** A verifier's refusal: lines from 1, UTF-8 columns from 0, of the guarded text. */
export interface Refusal {
  readonly code: 'PR900' | 'PR901' | 'PR902'
  readonly message: string
  readonly start: { readonly line: number; readonly column: number }
  readonly end: { readonly line: number; readonly column: number }
}

/** What became of a text in the compile guest: code, or why there is none. */
export type CompileResponse =
  | {
      readonly ok: true
      readonly code: Uint8Array
      /** CPython's SyntaxWarnings, each with its line, from 1. */
      readonly warnings: readonly (readonly [line: number, message: string])[]
    }
  | { readonly ok: false; readonly refusal: Refusal }

/** A text that the compile guest is to verify and compile. */
export interface CompileRequest {
  readonly text: string
  readonly mode: Mode
  readonly filename: string
  /** With them the expression becomes a function of these names. */
  readonly parameters: readonly string[] | null
  /** Whether the value of a final expression statement is the program's. */
  readonly value: boolean
  /** Whether it is a module to be imported, which cannot await. */
  readonly module: boolean
  /** Whether it is text that a guest evaluates, which cannot await either. */
  readonly evaluated: boolean
  /** Whether that text is interactive. */
  readonly shows: boolean
  readonly codeBytes: number
  /** Whether the text is full Python, compiled as it is. */
  readonly isFull: boolean
}

/** The request's bytes. */
export function compileRequest(request: CompileRequest): Uint8Array {
  return encodeValue({ op: 'compile', ...request })
}

/** What the compile guest answers, read as if forged. @throws ProtocolError for what compile.py does not answer */
export function readCompileResponse(bytes: Uint8Array): CompileResponse {
  let value: Value
  try {
    value = decodeValue(bytes, { nodes: 512, depth: 4, bytes: bytes.length })
  } catch (error) {
    throw new ProtocolError(error instanceof Error ? error.message : String(error))
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== null)
    throw new ProtocolError('not an object')
  const fields = value as Readonly<Record<string, Value>>
  if (fields['ok'] === true && fields['code'] instanceof Uint8Array)
    return { ok: true, code: fields['code'], warnings: warningsOf(fields['warnings']) }
  const { code, message } = fields
  if (
    fields['ok'] !== false ||
    (code !== 'PR900' && code !== 'PR901' && code !== 'PR902') ||
    typeof message !== 'string'
  )
    throw new ProtocolError(typeof message === 'string' ? message : 'not an answer to "compile"')
  const at = (line: string, column: string) => ({
    line: whole(fields[line], 1),
    column: whole(fields[column], 0),
  })
  return {
    ok: false,
    refusal: { code, message, start: at('line', 'column'), end: at('endLine', 'endColumn') },
  }
}

function warningsOf(value: Value): [number, string][] {
  if (!Array.isArray(value)) throw new ProtocolError('no warnings')
  return (value as Value[]).map((row) => {
    const [line, message] = Array.isArray(row) ? (row as Value[]) : []
    if (typeof message !== 'string') throw new ProtocolError('not a warning')
    return [whole(line ?? null, 1), message]
  })
}

function whole(value: Value, otherwise: number): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : otherwise
}
