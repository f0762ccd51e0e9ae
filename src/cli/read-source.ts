/**
 * Files as sources: bytes in, text out, as CPython reads them. A byte order mark is dropped, a PEP 263 cookie is honoured
 * where it changes nothing, and whatever else the bytes are is a finding with a position: the guest gets text, so a file
 * that CPython would decode otherwise is another program than the one that was checked.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import type { Diagnostic } from '../diagnostic.js'
import { Source } from '../syntax/source.js'
import { SYNTAX_RULES } from '../syntax/syntax-rules.js'

/** A file's text; with a `diagnostic` when its bytes are not what they are declared to be, and then not worth reading on. */
export interface SourceFile {
  readonly text: string
  readonly diagnostic?: Diagnostic
}

/** The file cannot be read; the message says why, without its name. */
export class ReadError extends Error {
  override readonly name = 'ReadError'
}

/**
 * The text of a file, or of stdin. More than `maxBytes` is cut one byte after them, enough for the checker to say so.
 * @throws ReadError for what is no regular file (a FIFO would wait for ever), is unreadable, or changes meanwhile.
 */
export function readSource(file: string | typeof STDIN, maxBytes: number): SourceFile {
  return decode(file === STDIN ? readAll(0, maxBytes) : readFile(file, maxBytes), maxBytes)
}

/** Stands for stdin in {@link readSource}. */
export const STDIN = Symbol('stdin')

function readFile(path: string, maxBytes: number): Buffer {
  let fd: number
  try {
    // Non-blocking, or opening a FIFO would wait for its writer before anything could be asked about it.
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw new ReadError(reason(error))
  }
  try {
    const before = fstatSync(fd)
    if (!before.isFile()) throw new ReadError(`it is ${kindOf(before)}`)
    const bytes = readAll(fd, maxBytes)
    const after = fstatSync(fd)
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs)
      throw new ReadError('it changed while it was read')
    return bytes
  } finally {
    closeSync(fd)
  }
}

function readAll(fd: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = []
  let total = 0
  while (total <= maxBytes) {
    const chunk = Buffer.allocUnsafe(Math.min(1 << 16, maxBytes + 1 - total))
    let length: number
    try {
      length = readSync(fd, chunk)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EOF') break
      if (code !== 'EAGAIN') throw new ReadError(reason(error))
      // Somebody else made this pipe non-blocking, and its writer is slow.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      continue
    }
    if (length === 0) break
    chunks.push(chunk.subarray(0, length))
    total += length
  }
  return Buffer.concat(chunks)
}

/** Why a file cannot be opened or read, in words. */
export function reason(error: unknown): string {
  const { code, message, path } = error as NodeJS.ErrnoException
  // What Node's text of a name has lost finds no file again.
  if (code === 'ENOENT' && path?.includes('\ufffd')) return 'its name is not UTF-8'
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    ENOTDIR: 'no such file',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EISDIR: 'it is a directory',
    ELOOP: 'too many symbolic links',
    ENAMETOOLONG: 'the name is too long',
    ENXIO: 'it is a socket or a device',
    ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8',
    ERR_INVALID_ARG_VALUE: 'the name holds a null character',
  }
  return known[code ?? ''] ?? message
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory'
  if (stats.isFIFO()) return 'a FIFO, not a file: pipe it in as "-" instead'
  if (stats.isSocket()) return 'a socket, not a file'
  return 'a device, not a file'
}

/** The text of a file's bytes. Positions count from after the byte order mark, as CPython's and editors' do. */
export function decode(bytes: Uint8Array, maxBytes = Infinity): SourceFile {
  // TextDecoder drops the byte order mark; malformed bytes become U+FFFD.
  const text = new TextDecoder().decode(bytes)
  const cookie = COOKIE.exec(text)
  const encoding = cookie?.[1]!.toLowerCase().replaceAll('_', '-')
  if (
    cookie &&
    encoding !== undefined &&
    !UTF_8.test(encoding) &&
    !(ASCII_SUPERSETS.has(encoding) && isAscii(bytes))
  ) {
    const start = cookie.index + cookie[0].length - cookie[1]!.length
    return {
      text,
      diagnostic: new Source(text).diagnostic(
        SYNTAX_RULES.sourceEncoding,
        start,
        start + cookie[1]!.length,
        { message: `the file declares the encoding "${cookie[1]}": only UTF-8 is read` },
      ),
    }
  }
  // What is cut off at the limit may end within a character.
  if (isUtf8(bytes) || bytes.length > maxBytes) return { text }
  const offset = decodablePrefix(bytes)
  const start = new TextDecoder().decode(bytes.subarray(0, offset)).length
  return {
    text,
    diagnostic: new Source(text).diagnostic(SYNTAX_RULES.undecodableBytes, start, start + 1, {
      message: `byte 0x${bytes[offset]!.toString(16).padStart(2, '0')} at offset ${offset} is not UTF-8`,
    }),
  }
}

/** PEP 263: a comment on the first or second line, the first being a comment or blank. */
const COOKIE =
  /^(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)/
const UTF_8 = /^utf-?8(?:-(?:unix|dos|mac))?$/
/** Encodings in which ASCII bytes, wherever they stand, are ASCII characters: the cookie then changes nothing. */
const ASCII_SUPERSETS = new Set([
  'ascii',
  'us-ascii',
  'latin-1',
  'latin1',
  'iso-8859-1',
  'iso-8859-15',
  'cp1252',
  'windows-1252',
])

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80)
}

/** How many bytes from the start are UTF-8, found by halving: a strict streaming decoder takes a prefix exactly if it is. */
function decodablePrefix(bytes: Uint8Array): number {
  const decodes = (length: number, stream: boolean) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream })
      return true
    } catch {
      return false
    }
  }
  let low = 0
  let high = bytes.length
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (decodes(middle, true)) low = middle
    else high = middle - 1
  }
  // The prefix may end within a character that the next byte breaks off: back to where that character began.
  while (low > 0 && !decodes(low, false)) low--
  return low
}
