/**
 * Code that was compiled, by everything it depends on. A hit skips checking, rewriting and compiling; so whatever could
 * change any of their answers is part of the key, each part with its length, or one source could be made to collide with
 * another's key.
 */

/** A hash that nobody finds two texts of, as SHA-256: of the platform, since a hash at once is none of JavaScript's. */
export interface Hash {
  update(bytes: Uint8Array): Hash
  digest(encoding: 'base64'): string
}

/** The key of these parts, in this order: what a fresh `hash` makes of them. */
export function cacheKey(hash: Hash, parts: readonly (string | Uint8Array)[]): string {
  for (const part of parts) {
    const bytes = typeof part === 'string' ? bytesOf(part) : part
    hash.update(new Uint8Array(BigUint64Array.of(BigInt(bytes.length)).buffer)).update(bytes)
  }
  return hash.digest('base64')
}

/** UTF-8 is half as long and as telling, but for what has no UTF-8; no UTF-8 holds the byte that stands before the other. */
function bytesOf(text: string): Uint8Array {
  if ((text as string & { isWellFormed(): boolean }).isWellFormed())
    return new TextEncoder().encode(text)
  const marked = `\uffff${text}`
  const units = Uint16Array.from({ length: marked.length }, (_, at) => marked.charCodeAt(at))
  return new Uint8Array(units.buffer)
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
