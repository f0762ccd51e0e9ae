/**
 * A volume of the host's, asked of the broker one operation at a time. What it answers is read as the wire's data and turned into
 * what a volume tells; what is allowed is decided there.
 */
import { ERRNO, Errno, type ErrorName } from '../wall/errno.js'
import type { Entry, Kind, Stat, Time } from '../wall/file-table.js'
import { LinkMet, O, wantsWrite, type Handle, type Path, type Volume } from './volume.js'

/**
 * Asks the host: an operation on a guest path. What it gives waits for the answer, which holds until the next question: its value, or
 * thrown what {@link toError} makes of the error.
 */
export type AskHost = (operation: string, target: string, args: readonly unknown[]) => () => unknown

/** How it is told that a link was met: as an error, since nothing was done. */
export const linkText = ({ index, target }: LinkMet): string => `LINK ${index} ${target}`

/** The error of an answer: its text is the name of a system call's error, or it is told as one that says least. */
export function toError(type: string, text: string): Errno | LinkMet {
  const link = /^LINK (\d{1,4}) (.*)$/s.exec(text)
  if (link) return new LinkMet(Number(link[1]), link[2]!)
  if (Object.hasOwn(ERRNO, text)) return new Errno(text as ErrorName)
  if (type === 'PermissionError') return new Errno('EACCES')
  return new Errno(type === 'TimeoutError' ? 'ETIMEDOUT' : 'EIO')
}

/** Written at once. */
const PIECE = 1 << 20
/** What a guest is told to read and write at once: it stays near the processor. */
const BLOCK = 1 << 18
/** Read at once, at most: the larger, the less each byte costs. */
const MOST_READ = 1 << 21
/** What is read at first: more would be in vain for small files, and for places here and there. */
const SMALL = 131_072
/** How many files hold what was read ahead: the guest opens as many as it likes. */
const MOST_AHEAD = 8

/**
 * What was read of a file beyond what was asked for: the more, the longer it is read in order. Nothing of it is used once the guest
 * has written anything to the volume.
 */
class ReadAhead {
  /** Its own, with what was read from `#start` to `#end`: what `fetch` gives holds until the next question. */
  #room = new Uint8Array(0)
  #start = 0
  #end = 0
  #changes = -1
  #size = SMALL
  /** What begins at `#end`, where that was asked for already. */
  #next: (() => Uint8Array) | undefined

  constructor(
    private readonly ask: (at: number, size: number) => () => Uint8Array,
    private readonly changes: () => number,
    private readonly holding: Set<ReadAhead>,
  ) {}

  read(at: number, into: Uint8Array): number {
    const isFresh = this.#changes === this.changes()
    if (isFresh && at >= this.#start && at < this.#end) {
      const bytes = this.#room.subarray(at - this.#start, this.#end - this.#start)
      return put(bytes, into).length
    }
    const isNext = isFresh && at === this.#end
    this.#changes = this.changes()
    const wait = (isNext && this.#next) || this.#ask(at, isNext ? this.#size * 2 : SMALL, into)
    this.#next = undefined
    const bytes = wait()
    const { length } = put(bytes, into)
    const rest = bytes.subarray(length)
    if (this.#room.length < rest.length) this.#room = new Uint8Array(rest.length)
    this.#room.set(rest)
    this.#start = at + length
    this.#end = at + bytes.length
    this.holding.delete(this)
    this.holding.add(this)
    const [eldest] = this.holding
    if (this.holding.size > MOST_AHEAD) eldest!.forget()
    // It is read in order, and not at its end.
    if (isNext && bytes.length === this.#size)
      this.#next = this.#ask(this.#end, this.#size * 2, into)
    return length
  }

  #ask(at: number, size: number, { length }: Uint8Array): () => Uint8Array {
    this.#size = Math.min(MOST_READ, Math.max(length, size))
    return this.ask(at, this.#size)
  }

  /** Holds nothing any more. */
  forget(): void {
    this.#next = undefined
    this.#room = new Uint8Array(0)
    this.#start = this.#end
    this.holding.delete(this)
  }
}

/** As many as there is room for. */
function put(bytes: Uint8Array, into: Uint8Array): Uint8Array {
  const part = bytes.subarray(0, into.length)
  into.set(part)
  return part
}

/** One mount of the host's. What was read ahead is forgotten when this guest changes anything in it. */
export class RemoteVolume implements Volume {
  /** How often the guest has changed anything here. */
  #changes = 0
  readonly #ahead = new Set<ReadAhead>()

  constructor(
    private readonly device: number,
    private readonly at: Path,
    private readonly host: AskHost,
    readonly isReadOnly: boolean,
  ) {}

  /** Nothing that was read ahead is kept. */
  forget(): void {
    for (const ahead of this.#ahead) ahead.forget()
  }

  stat(path: Path, follow: boolean): Stat {
    return this.#stat(this.#ask('file.stat', path, [follow]))
  }

  list(path: Path): Entry[] {
    const entries: Entry[] = []
    for (;;) {
      const [page, isLast] = this.#ask('file.list', path, [entries.length]) as [
        [string, Kind][],
        boolean,
      ]
      for (const [name, kind] of page) entries.push({ name, kind, inode: 1n })
      if (isLast) return entries
    }
  }

  open(path: Path, flags: number, mode: number): Handle {
    const operation = wantsWrite(flags) ? 'file.write' : 'file.read'
    const wanted = flags & ~O.APPEND
    const [handle, told] = this.#ask(operation, path, [wanted, mode]) as [number, unknown]
    const { kind } = this.#stat(told)
    if (operation === 'file.write') this.#changes++
    const ask = (part: string, ...args: unknown[]): unknown =>
      this.#ask(`handle.${part}`, path, [handle, ...args])
    const change = (part: string, ...args: unknown[]): unknown => {
      this.#changes++
      return ask(part, ...args)
    }
    const piece = (at: number, size: number) =>
      this.#put('handle.read', path, [handle, at, size]) as () => Uint8Array
    const ahead = new ReadAhead(piece, () => this.#changes, this.#ahead)
    return {
      kind,
      stat: () => this.#stat(ask('stat')),
      read: (at, into) => ahead.read(at, into),
      write: (at, bytes) => {
        let done = 0
        while (done < bytes.length) {
          const piece = bytes.slice(done, done + PIECE)
          const count = change('write', at === undefined ? null : at + done, piece) as number
          done += count
          if (count < piece.length) break
        }
        return done
      },
      truncate: (size) => void change('truncate', size),
      setMode: (newMode) => void ask('chmod', newMode),
      setTimes: (accessed, modified) => void ask('utimes', accessed ?? null, modified ?? null),
      close: () => {
        ahead.forget()
        ask('close')
      },
    }
  }

  makeFolder(path: Path, mode: number): void {
    this.#ask('file.mkdir', path, [mode])
  }

  /** A link on the host's disk would mean something to others who read there: none is made. */
  makeLink(): void {
    throw new Errno('EPERM')
  }

  readLink(path: Path): string {
    return this.#ask('file.readlink', path, []) as string
  }

  remove(path: Path, isFolder: boolean): void {
    this.#ask(isFolder ? 'file.rmdir' : 'file.unlink', path, [])
  }

  rename(from: Path, to: Path): void {
    this.#ask('file.rename', from, [[...to]])
  }

  truncate(path: Path, size: number): void {
    this.#changes++
    this.#ask('file.truncate', path, [size])
  }

  setMode(path: Path, mode: number, follow: boolean): void {
    this.#ask('file.chmod', path, [mode, follow])
  }

  setTimes(path: Path, accessed: Time, modified: Time, follow: boolean): void {
    this.#ask('file.utimes', path, [accessed ?? null, modified ?? null, follow])
  }

  #ask(operation: string, path: Path, args: readonly unknown[]): unknown {
    return this.#put(operation, path, args)()
  }

  #put(operation: string, path: Path, args: readonly unknown[]): () => unknown {
    return this.host(operation, `/${[...this.at, ...path].join('/')}`, args)
  }

  #stat(told: unknown): Stat {
    const [kind, mode, size, inode, links, modified, accessed, changed] = told as (
      | number
      | bigint
    )[]
    return {
      kind: Number(kind) as Kind,
      mode: Number(mode),
      size: Number(size),
      device: this.device,
      inode: BigInt(inode!),
      links: Number(links),
      modified: BigInt(modified!),
      accessed: BigInt(accessed!),
      changed: BigInt(changed!),
      block: Number(size) > SMALL ? BLOCK : SMALL,
    }
  }
}
