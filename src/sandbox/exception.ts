/**
 * A guest's exception from the record that crossed, with positions of the guarded text turned into those of the source as
 * written. The record is decoded as if forged: what is missing or of another type is left out, and everything is bounded.
 */
import type { Lines } from '../rewrite/lines.js'
import type { Mapper } from '../rewrite/map.js'
import type { Value } from '../trusted/channel/values.js'
import type { ChainedException, Frame, GuestException } from './outcome.js'
import { renderTraceback, type TracebackException, type TracebackFrame } from './traceback.js'

/** The source that a frame's file name stands for. */
export interface FrameSource {
  /** Its lines as written. */
  readonly lines: Lines
  /** Takes places of the guarded text to those that are told. */
  readonly mapper: Mapper
  /** The number that its first line is told by; default 1. */
  readonly firstLine?: number
  /** Of a `function` the outermost frame is not told: it only calls it. */
  readonly mode?: string
}

/** Finds the source of a frame; undefined for a file that is none of the guest's. */
export type FindSource = (file: string) => FrameSource | undefined

const MOST = { chain: 100, group: 1_000, frames: 5_000, notes: 100 }
/** Characters of messages and notes, in all: each may be as long as a result. */
const TEXT_CHARACTERS = 1_000_000
const NAME_CHARACTERS = 10_000
/** A line beyond it (a program on one line of a megabyte) is not shown: the frame is told by its line's number alone. */
const LINE_CHARACTERS = 10_000
/** Characters of lines that get carets, in all: a traceback of thousands of long lines must not occupy the host. */
const CARET_CHARACTERS = 10_000
/** An expression over more lines is told by its first: each frame may stand on all lines of a program, blank ones included. */
const SEGMENT_LINES = 50

/** Places in trusted modules, by the number under which a guest's exception tells of them. */
export type HostTraces = ReadonlyMap<number, Value>

/** The exception that `record` tells of; where a trusted module raised it, with its frames too. Never throws. */
export function readException(
  record: Value,
  find: FindSource,
  traces: HostTraces = new Map(),
): GuestException {
  const read = readRecord(record, readingOf(find, traces))
  return { ...publish(read), traceback: renderTraceback(read) }
}

/** The files that its frames are of. */
export function filesOf(record: Value): ReadonlySet<string> {
  const files = new Set<string>()
  readRecord(
    record,
    readingOf((file) => void files.add(file), new Map()),
  )
  return files
}

function readingOf(find: FindSource, traces: HostTraces): Reading {
  return {
    find,
    traces,
    known: new Map(),
    exceptions: MOST.chain + MOST.group,
    frames: MOST.frames,
    carets: CARET_CHARACTERS,
    characters: TEXT_CHARACTERS,
  }
}

/** What one reading shares: how much more it may hold, and the frames that it has met (a recursion repeats a few). */
interface Reading {
  readonly find: FindSource
  readonly traces: HostTraces
  readonly known: Map<string, ReadFrame>
  exceptions: number
  frames: number
  carets: number
  characters: number
}

type ReadFrame = TracebackFrame & { readonly told: Frame }

/** An exception both as it is printed and as it is told. */
interface ReadException extends TracebackException {
  readonly class: string
  readonly module: string | undefined
  readonly frames: readonly ReadFrame[]
  readonly cause?: ReadException
  readonly context?: ReadException
  readonly exceptions?: readonly ReadException[]
}

type Fields = Readonly<Record<string, Value>>

function readRecord(record: Value, reading: Reading): ReadException {
  reading.exceptions--
  const fields = fieldsOf(record)
  const name = text(fields['type']) || 'Exception'
  const module = text(fields['module'])
  const hasRoom = (): boolean => reading.exceptions > 0
  const inner = (key: string): ReadException | undefined =>
    fields[key] === undefined || fields[key] === null || !hasRoom()
      ? undefined
      : readRecord(fields[key], reading)
  const members = fields['exceptions']
  const exceptions = Array.isArray(members)
    ? (members as Value[])
        .slice(0, MOST.group)
        .flatMap((member) => (hasRoom() ? [readRecord(member, reading)] : []))
    : undefined
  const cause = inner('cause')
  const context = cause || fields['suppress'] === true ? undefined : inner('context')
  return {
    class: name,
    module,
    type: module ? `${module}.${name}` : name,
    message: bounded(fields['message'], reading),
    suggestion: bounded(fields['suggestion'], reading),
    notes: list(fields['notes'])
      .slice(0, MOST.notes)
      .map((note) => bounded(note, reading)),
    frames: [...list(fields['frames']).map(fieldsOf), ...hostFrames(fields['trace'], reading)]
      .slice(0, reading.frames)
      .filter((frame, at) => at > 0 || !isCallOfFunction(frame, reading))
      .map((frame) => {
        reading.frames--
        return readFrame(frame, reading)
      }),
    truncated: whole(fields['truncated']) ?? 0,
    ...(cause && { cause }),
    ...(context && { context }),
    ...(exceptions && { exceptions }),
  }
}

/** Whether a frame is the call that runs the body of a function: it is of nobody's writing. */
function isCallOfFunction(fields: Fields, { find }: Reading): boolean {
  return text(fields['name']) === '<module>' && find(text(fields['file']))?.mode === 'function'
}

/** The frames of a trusted module that end an exception's way. */
function hostFrames(trace: Value, { traces }: Reading): Fields[] {
  const places = typeof trace === 'number' ? list(traces.get(trace)) : []
  return places.map((place) => {
    const [file, name, line, column, endLine, endColumn] = list(place)
    return { file, name, line, column, endLine, endColumn }
  })
}

function readFrame(fields: Fields, reading: Reading): ReadFrame {
  const { find, known } = reading
  const [file, name] = [text(fields['file']), text(fields['name'])]
  const [line = 1, column, endLine, endColumn] = ['line', 'column', 'endLine', 'endColumn'].map(
    (key) => whole(fields[key]),
  )
  const key = JSON.stringify([file, name, line, column, endLine, endColumn])
  const met = known.get(key)
  if (met) return met
  const found = find(file)
  const frame: ReadFrame = found
    ? locate({ file, name, line }, found, reading, column, endLine, endColumn)
    : { file, name, line, told: { file, name, line } }
  known.set(key, frame)
  return frame
}

/** The frame with its source line, and with the segment where its columns are known. */
function locate(
  at: { file: string; name: string; line: number },
  { lines, mapper, firstLine = 1 }: FrameSource,
  reading: Reading,
  column: number | undefined,
  endLine: number | undefined,
  endColumn: number | undefined,
): ReadFrame {
  const first = lines.at(at.line - 1)
  const place = { ...at, line: at.line + firstLine - 1 }
  if (first.length > LINE_CHARACTERS || first.trim() === '') return { ...place, told: place }
  const source = first.trim()
  const bare = { ...place, source, told: { ...place, source } }
  if (
    column === undefined ||
    endLine === undefined ||
    endColumn === undefined ||
    endLine < at.line ||
    endLine - at.line > SEGMENT_LINES
  )
    return bare
  const start = mapper.toSource(at.line, column, 'start')
  const end = mapper.toSource(endLine, endColumn, 'end')
  if (end.offset < start.offset) return bare
  const told = { ...place, source, span: { start, end } }
  const length = lines.end(endLine - 1) - lines.starts[at.line - 1]!
  if (length > reading.carets) return { ...place, source, told }
  reading.carets -= length + 1
  const covered: string[] = []
  for (let line = at.line; line <= endLine; line++) covered.push(lines.at(line - 1).trimEnd())
  const segment = { lines: covered, start: start.column - 1, end: end.column - 1 }
  return { ...place, source, segment, told }
}

function publish(read: ReadException): ChainedException {
  return {
    type: read.class,
    ...(read.module && { module: read.module }),
    message: read.message,
    frames: read.frames.map(({ told }) => told),
    notes: read.notes,
    ...(read.cause && { cause: publish(read.cause) }),
    ...(read.context && { context: publish(read.context) }),
    ...(read.exceptions && { exceptions: read.exceptions.map(publish) }),
  }
}

function fieldsOf(value: Value): Fields {
  const isRecord =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null
  return isRecord ? (value as Fields) : {}
}

function list(value: Value): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : []
}

/** A name: what a guest has a long one of is cut. */
function text(value: Value): string {
  return typeof value === 'string' ? value.slice(0, NAME_CHARACTERS) : ''
}

function bounded(value: Value, reading: Reading): string {
  const told = typeof value === 'string' ? value.slice(0, reading.characters) : ''
  reading.characters -= told.length
  return told
}

function whole(value: Value): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}
