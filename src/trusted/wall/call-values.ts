/**
 * How the arguments of a system call are read from a guest's memory, and how its answer is written there. Pointers and lengths
 * are the guest's word: the views throw where they lead out of its memory, and what they hold is no more than bytes.
 */
import { Errno } from './errno.js'
import { KIND, type Entry, type Stat, type Time } from './file-table.js'

/** A longer path is none, and no directory's entry or link is longer. */
const MOST_PATH = 4_096
/** A readv or writev of more pieces than this is refused: 3.7 million empty ones took 900 MB of the host. */
export const MOST_PIECES = 1_024
/** Owner of everything: not the one that may do anything. */
export const OWNER = 1_000
const [UTIME_NOW, UTIME_OMIT] = [0x3fffffff, 0x3ffffffe]
/** What `fcntl` is asked for, and the kind of lock that is none, as the interpreter's libc numbers them. */
export const F = {
  DUPFD: 0,
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  GETLK: 12,
  SETLK: 13,
  SETLKW: 14,
  DUPFD_CLOEXEC: 1030,
  UNLCK: 2,
}

/** An argument of `fcntl`. `free` makes the lock whose record it points to one that nobody holds. */
export interface Lock {
  readonly number: number
  readonly free: () => void
}

/** How an argument is read: from one wasm argument, `pieces` and `room` from two. */
export const READ = {
  /** A number as it is. */
  int: (value: number | bigint): number => Number(value),
  /** A path, or undefined for a null pointer. */
  path: (value: number, memory: ArrayBuffer): string | undefined => {
    if (value === 0) return undefined
    const bytes = new Uint8Array(memory, value >>> 0)
    const length = bytes.subarray(0, MOST_PATH + 1).indexOf(0)
    if (length < 0) throw new Errno('ENAMETOOLONG')
    try {
      return fromUtf8.decode(bytes.slice(0, length))
    } catch {
      throw new Errno('EILSEQ')
    }
  },
  /** The first of the variable arguments; 0 where there are none. */
  more: (value: number, memory: ArrayBuffer): number =>
    value === 0 ? 0 : new DataView(memory).getInt32(value >>> 0, true),
  /** The same: a number, or where the record of a lock is. */
  lock: (value: number, memory: ArrayBuffer): Lock => {
    const number = READ.more(value, memory)
    const free = (): void => new DataView(memory).setInt16(number >>> 0, F.UNLCK, true)
    return { number, free }
  },
  /** Times of access and change. */
  times: (value: number, memory: ArrayBuffer, now: () => bigint): [Time, Time] => {
    if (value === 0) return [now(), now()]
    const view = new DataView(memory)
    const at = (pointer: number): Time => {
      const nanoseconds = view.getInt32(pointer + 8, true)
      if (nanoseconds === UTIME_NOW) return now()
      if (nanoseconds === UTIME_OMIT) return undefined
      return (
        BigInt.asIntN(64, view.getBigInt64(pointer, true) * 1_000_000_000n) + BigInt(nanoseconds)
      )
    }
    return [at(value >>> 0), at((value >>> 0) + 16)]
  },
  /** Where the answer goes. */
  out: (value: number): number => value >>> 0,
}
const fromUtf8 = new TextDecoder('utf-8', { fatal: true })
const toUtf8 = new TextEncoder()

/** The pieces of memory that a readv or writev is of. */
export function piecesOf(pointer: number, count: number, memory: ArrayBuffer): Uint8Array[] {
  if (count >>> 0 > MOST_PIECES) throw new Errno('EINVAL')
  const view = new DataView(memory)
  return Array.from({ length: count }, (_, i) => {
    const at = (pointer >>> 0) + 8 * i
    return new Uint8Array(memory, view.getUint32(at, true), view.getUint32(at + 4, true))
  })
}

/** How an answer is written: what the call returns. `out` is where to, `room` how much there is. */
export const WRITE = {
  number: (value: unknown): number => value as number,
  nothing: (): number => 0,
  /** Into a word of 32 bits, or of 64. */
  word: (value: unknown, memory: ArrayBuffer, out: number): number => {
    new DataView(memory).setUint32(out, value as number, true)
    return 0
  },
  long: (value: unknown, memory: ArrayBuffer, out: number): number => {
    new DataView(memory).setBigInt64(out, BigInt(value as number), true)
    return 0
  },
  /** The text and a NUL: the whole or nothing. */
  text: (value: unknown, memory: ArrayBuffer, out: number, room: number): number => {
    const bytes = toUtf8.encode(`${value as string}\0`)
    if (bytes.length > room >>> 0) throw new Errno('ERANGE')
    new Uint8Array(memory, out, bytes.length).set(bytes)
    return bytes.length
  },
  /** As much of the text as there is room for, without a NUL. */
  link: (value: unknown, memory: ArrayBuffer, out: number, room: number): number => {
    const bytes = toUtf8.encode(value as string).subarray(0, room >>> 0)
    new Uint8Array(memory, out, bytes.length).set(bytes)
    return bytes.length
  },
  stat: (value: unknown, memory: ArrayBuffer, out: number): number => {
    const { kind, mode, size, device, inode, links, block, ...times } = value as Stat
    new Uint8Array(memory, out, 96).fill(0)
    const view = new DataView(memory)
    const put = (at: number, number: number): void => view.setUint32(out + at, number, true)
    put(0, device)
    put(4, (kind << 12) | mode)
    put(8, links)
    put(12, OWNER)
    put(16, OWNER)
    view.setBigInt64(out + 24, BigInt(size), true)
    put(32, block)
    put(36, Math.ceil(size / 512))
    for (const [at, time] of [
      [40, times.accessed],
      [56, times.modified],
      [72, times.changed],
    ] as const) {
      const rest = BigInt.asUintN(64, ((time % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)
      view.setBigInt64(out + at, (time - rest) / 1_000_000_000n, true)
      put(at + 8, Number(rest))
    }
    view.setBigUint64(out + 88, BigInt.asUintN(64, inode), true)
    return 0
  },
  /** WASI's record of a descriptor: its kind alone is of use to anybody. */
  kind: (value: unknown, memory: ArrayBuffer, out: number): number => {
    new Uint8Array(memory, out, 24).fill(0)
    new DataView(memory).setUint8(out, WASI_KINDS[value as number] ?? 0)
    return 0
  },
}
/** An output is of no kind that WASI names, as a pipe is: that of a device would say that it is a terminal. */
const WASI_KINDS: Readonly<Record<number, number>> = {
  [KIND.folder]: 3,
  [KIND.file]: 4,
}

/** Writes as many directory entries as there is room for: how many, and how many bytes they take. */
export function fillWith(memory: ArrayBuffer, out: number, room: number) {
  return (entries: readonly Entry[]): [number, number] => {
    let [count, at] = [0, 0]
    const view = new DataView(memory)
    for (const { name, kind, inode } of entries) {
      const bytes = toUtf8.encode(name)
      const length = (19 + bytes.length + 1 + 7) & ~7
      if (at + length > room >>> 0) break
      const record = new Uint8Array(memory, out + at, length)
      record.fill(0)
      view.setBigUint64(out + at, BigInt.asUintN(64, inode), true)
      view.setBigInt64(out + at + 8, BigInt(count + 1), true)
      view.setUint16(out + at + 16, length, true)
      record[18] = kind
      record.set(bytes, 19)
      at += length
      count++
    }
    return [count, at]
  }
}
