/**
 * What a compile worker answers for a source: code with what its positions need, or why there is none. The host decodes it as
 * if forged. What it may say wrongly is thereby bounded: positions and texts of diagnostics, and code bytes, which are scanned
 * again where they run.
 */
import { decodeValue, encodeValue, type Value } from './values.js'
import { ProtocolError } from './frames.js'

interface Position {
  readonly line: number
  readonly column: number
  readonly offset: number
}

/** A diagnostic, as it crosses. */
export interface Finding {
  readonly code: `PR${number}`
  readonly rule: string
  readonly message: string
  readonly span: { readonly start: Position; readonly end: Position }
  readonly hint?: string
}

/** What became of one source. */
export type CompileAnswer =
  | {
      readonly kind: 'code'
      readonly code: Uint8Array
      /** The guarded text that it was compiled from, and the edits that made it of the source: `createMapper` takes both. */
      readonly guarded: string
      readonly edits: Int32Array
      /** The names the code is a function of; empty when it is none. */
      readonly parameters: readonly string[]
      /** Advice about the source. */
      readonly warnings: readonly Finding[]
    }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[]; readonly omitted: number }
  /** There was not enough time or memory left for it, or one before it in the batch ended the worker's use: it is to be asked again. */
  | { readonly kind: 'undone' }
  /** The compile guest did not answer properly. */
  | { readonly kind: 'failed'; readonly reason: string }

/** The answers to one batch, and whether the worker is to be replaced: what it read last left it damaged or large. */
export interface CompileAnswers {
  readonly answers: readonly CompileAnswer[]
  readonly retire: boolean
}

/** As many findings of one source are told at most. */
const MOST_FINDINGS = 1_000
/** Values of one answer: those of its findings, and a few beside. */
const NODES = 32 * MOST_FINDINGS + 4_096
const DEPTH = 8
const MOST_PARAMETERS = 1_000

/** The bytes of a batch's answers, as {@link readAnswers} reads them. */
export function encodeAnswers({ answers, retire }: CompileAnswers): Uint8Array {
  return encodeValue({
    retire,
    answers: answers.map((answer) =>
      answer.kind === 'code'
        ? {
            ...answer,
            edits: new Uint8Array(
              answer.edits.buffer,
              answer.edits.byteOffset,
              answer.edits.byteLength,
            ),
          }
        : answer,
    ) as unknown as Value,
  })
}

/** The answers for these sources. Whatever places they tell are places of their source's. @throws ProtocolError */
export function readAnswers(bytes: Uint8Array, sources: readonly string[]): CompileAnswers {
  const count = sources.length
  let value: Value
  try {
    value = decodeValue(bytes, {
      nodes: NODES * count,
      depth: DEPTH,
      bytes: bytes.length,
    })
  } catch (error) {
    throw new ProtocolError(error instanceof Error ? error.message : String(error))
  }
  const { retire, answers } = fields(value)
  if (!Array.isArray(answers) || answers.length !== count)
    throw new ProtocolError('not an answer for each source')
  const read = (answer: Value, index: number): CompileAnswer =>
    readAnswer(answer, sources[index]!.length)
  return { answers: (answers as Value[]).map(read), retire: retire === true }
}

function readAnswer(value: Value, length: number): CompileAnswer {
  const { kind, code, guarded, edits, parameters, warnings, findings, omitted, reason } =
    fields(value)
  switch (kind) {
    case 'code':
      if (
        !(code instanceof Uint8Array) ||
        !(edits instanceof Uint8Array) ||
        edits.length % 16 !== 0 ||
        !Array.isArray(parameters) ||
        parameters.length > MOST_PARAMETERS ||
        !Array.isArray(warnings) ||
        warnings.length > 2 * MOST_FINDINGS
      )
        break
      return {
        kind,
        code: code.slice(),
        guarded: text(guarded),
        edits: new Int32Array(edits.slice().buffer),
        parameters: parameters.map(text),
        warnings: (warnings as Value[]).map((warning) => readFinding(warning, length)),
      }
    case 'refused':
      if (!Array.isArray(findings) || findings.length === 0 || findings.length > MOST_FINDINGS)
        break
      return {
        kind,
        findings: (findings as Value[]).map((finding) => readFinding(finding, length)),
        omitted: whole(omitted),
      }
    case 'undone':
      return { kind }
    case 'failed':
      return { kind, reason: text(reason).slice(0, 2_000) }
  }
  throw new ProtocolError('not an answer for a source')
}

function readFinding(value: Value, length: number): Finding {
  const { code, rule, message, span, hint } = fields(value)
  const [start, end] = [fields(span).start!, fields(span).end!].map((at) =>
    readPosition(at, length),
  )
  if (start!.offset > end!.offset) throw new ProtocolError('a finding ends before it begins')
  if (typeof code !== 'string' || !/^PR\d{3}$/.test(code)) throw new ProtocolError('no code')
  return {
    code: code as Finding['code'],
    rule: text(rule),
    message: text(message),
    span: { start: start!, end: end! },
    ...(hint !== undefined && { hint: text(hint) }),
  }
}

/** A place of a source of `length` units. Reports go through that many lines and blanks. */
function readPosition(value: Value, length: number): Position {
  const { line, column, offset } = fields(value)
  const place = { line: whole(line), column: whole(column), offset: whole(offset) }
  const isWithin = place.line <= length + 1 && place.column <= length + 1 && place.offset <= length
  if (!isWithin || place.line < 1 || place.column < 1)
    throw new ProtocolError('a place that the source does not have')
  return place
}

function fields(value: Value): Readonly<Record<string, Value>> {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== null)
    throw new ProtocolError('not an object')
  return value as Readonly<Record<string, Value>>
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new ProtocolError('not a text')
  return value
}

function whole(value: Value): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new ProtocolError('not a whole number')
  return value
}
