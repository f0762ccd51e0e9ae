/**
 * Code that was compiled, by everything it depends on. A hit skips checking, rewriting and compiling; so whatever could
 * change any of their answers is part of the key, each part with its length, or one source could be made to collide with
 * another's key.
 */
import { createHash } from 'node:crypto'

/** The key of these parts, in this order. */
export function cacheKey(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    // UTF-8 is half as long and as telling, but for what has no UTF-8; no UTF-8 holds the byte that stands before the other.
    const bytes =
      typeof part !== 'string'
        ? part
        : (part as string & { isWellFormed(): boolean }).isWellFormed()
          ? Buffer.from(part, 'utf8')
          : Buffer.concat([Buffer.of(0xff), Buffer.from(part, 'utf16le')])
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(bytes.length))
    hash.update(length).update(bytes)
  }
  return hash.digest('base64')
}

/** What is cached: code, and the texts that its positions need. */
export interface Cached {
  readonly bytes: Uint8Array
  readonly source: string
  readonly guarded: string
  readonly edits: Int32Array
}

/** Least recently used out first, when the bytes of all are more than `maxBytes`. */
export class CompileCache<T extends Cached> {
  readonly #entries = new Map<string, T>()
  #size = 0

  constructor(readonly maxBytes: number) {}

  /** Bytes held: code, texts and edits. */
  get size(): number {
    return this.#size
  }

  /** Least recently used first. */
  values(): Iterable<T> {
    return this.#entries.values()
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (entry) {
      this.#entries.delete(key)
      this.#entries.set(key, entry)
    }
    return entry
  }

  /** Keeps `entry`, unless it alone is larger than the cache. */
  set(key: string, entry: T): void {
    this.delete(key)
    const size = sizeOf(entry)
    if (size > this.maxBytes) return
    this.#entries.set(key, entry)
    this.#size += size
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.maxBytes) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    this.#size -= sizeOf(entry)
  }
}

/** Texts have two bytes to a character at most. */
function sizeOf({ bytes, source, guarded, edits }: Cached): number {
  return bytes.length + 2 * (source.length + guarded.length) + edits.byteLength
}
