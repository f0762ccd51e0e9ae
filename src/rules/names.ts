/**
 * Identifiers as small numbers. Two identifiers get the same number exactly when Python takes them for the same name, that
 * is after NFKC normalisation: `x.__ｃlass__` is `__class__` here as it is in CPython. ASCII names, nearly all there are,
 * cost a hash and a comparison, and no string is made before somebody asks for it.
 */

/** Bits of {@link Names.shape}. */
export const DUNDER = 1
/** `__x`: begins with two underscores, and does not end with two. Python renames it within a class. */
export const CLASS_PRIVATE = 2

const UNDERSCORE = 95

/** A name's number: dense, from 1. 0 is no name. Valid until the next {@link Names.begin}. */
export type NameId = number

/** More names than this are forgotten before the next source, so that memory stays flat over any number of checks. */
const KEPT_NAMES = 4096

/**
 * A probe this long means names made to collide: they go to a `Map`, whose hash the engine seeds. The table's own hash is
 * public, and a megabyte of colliding names would keep the host busy for seconds.
 */
const PROBE_LIMIT = 24

/** FNV's prime: spreads short ASCII well, and is one multiplication a character. */
const HASH_FACTOR = 0x01000193

const INITIAL_SLOTS = 1 << 10
const INITIAL_POOL = 1 << 14

/** Interns the identifiers of one source after another. */
export class Names {
  /** How many names there are; ids run from 1 to this. */
  count = 0
  /** Grows each time the names are forgotten: what others remember by id is stale then. */
  generation = 0

  private slots = new Int32Array(INITIAL_SLOTS)
  private pool = new Uint16Array(INITIAL_POOL)
  private poolEnd = 0
  private starts = new Uint32Array(INITIAL_SLOTS)
  private ends = new Uint32Array(INITIAL_SLOTS)
  /** The id of the NFKC form; itself for ASCII. */
  private canonical = new Int32Array(INITIAL_SLOTS)
  private shapes = new Uint8Array(INITIAL_SLOTS)
  private strings: (string | undefined)[] = []
  private colliding = new Map<string, NameId>()

  /** `fixed` always have the ids 1, 2, 3, ... in that order. */
  constructor(private readonly fixed: readonly string[] = []) {
    for (const name of fixed) this.of(name)
  }

  /** To be called before a source is read. Ids given out earlier may have lost their meaning: compare `generation`. */
  begin(): void {
    if (this.count <= KEPT_NAMES) return
    this.count = 0
    this.generation += 1
    this.slots = new Int32Array(INITIAL_SLOTS)
    this.pool = new Uint16Array(INITIAL_POOL)
    this.poolEnd = 0
    this.starts = new Uint32Array(INITIAL_SLOTS)
    this.ends = new Uint32Array(INITIAL_SLOTS)
    this.canonical = new Int32Array(INITIAL_SLOTS)
    this.shapes = new Uint8Array(INITIAL_SLOTS)
    this.strings = []
    this.colliding = new Map()
    for (const name of this.fixed) this.of(name)
  }

  /** The id of the identifier that is `text` from `start` to `end`. */
  intern(text: string, start: number, end: number): NameId {
    let hash = end - start
    let union = 0
    for (let at = start; at < end; at += 1) {
      const unit = text.charCodeAt(at)
      hash = Math.imul(hash ^ unit, HASH_FACTOR)
      union |= unit
    }
    const { slots, pool, starts, ends } = this
    const mask = slots.length - 1
    let slot = (hash ^ (hash >>> 15)) & mask
    for (let probes = 0; probes < PROBE_LIMIT; probes += 1) {
      const id = slots[slot]
      if (id === 0) break
      const from = starts[id]
      if (ends[id] - from === end - start) {
        let offset = 0
        while (start + offset < end && pool[from + offset] === text.charCodeAt(start + offset))
          offset += 1
        if (start + offset === end) return this.canonical[id]
      }
      slot = (slot + 1) & mask
    }
    return (
      (this.colliding.size > 0 ? this.colliding.get(text.slice(start, end)) : undefined) ??
      this.add(text, start, end, hash, union > 127)
    )
  }

  /** The id of a name given as a string. */
  of(name: string): NameId {
    return this.intern(name, 0, name.length)
  }

  /** The name itself, normalised. A string of its own: it keeps no source alive. */
  text(id: NameId): string {
    return (this.strings[id] ??= this.spelling(id))
  }

  /** {@link DUNDER} for `__x__`, {@link CLASS_PRIVATE} for `__x`, which Python renames within classes; else 0. */
  shape(id: NameId): number {
    return this.shapes[id]
  }

  private shapeOf(from: number, to: number): number {
    const { pool } = this
    if (to - from < 3 || pool[from] !== UNDERSCORE || pool[from + 1] !== UNDERSCORE) return 0
    if (pool[to - 1] !== UNDERSCORE || pool[to - 2] !== UNDERSCORE) return CLASS_PRIVATE
    return to - from > 4 ? DUNDER : 0
  }

  private spelling(id: NameId): string {
    let text = ''
    // In pieces: a name of a megabyte is more arguments than a call can take.
    for (let at = this.starts[id]; at < this.ends[id]; at += 1024) {
      text += String.fromCharCode(...this.pool.subarray(at, Math.min(at + 1024, this.ends[id])))
    }
    return text
  }

  private add(text: string, start: number, end: number, hash: number, wide: boolean): NameId {
    const id = (this.count += 1)
    if (id >= this.starts.length) this.growIds()
    if (this.poolEnd + end - start > this.pool.length) this.growPool(this.poolEnd + end - start)
    this.starts[id] = this.poolEnd
    for (let at = start; at < end; at += 1) this.pool[this.poolEnd++] = text.charCodeAt(at)
    this.ends[id] = this.poolEnd
    this.canonical[id] = id
    this.shapes[id] = this.shapeOf(this.starts[id], this.poolEnd)
    this.place(id, hash)
    // Probing stays short while the table is at most half full.
    if (id * 2 > this.slots.length) this.growSlots()
    if (!wide) return id
    const spelled = this.spelling(id)
    const normal = spelled.normalize('NFKC')
    if (normal === spelled) return id
    const known = this.of(normal)
    this.canonical[id] = known
    if (this.colliding.has(spelled)) this.colliding.set(spelled, known)
    return known
  }

  private place(id: NameId, hash: number): void {
    const mask = this.slots.length - 1
    let slot = (hash ^ (hash >>> 15)) & mask
    for (let probes = 0; probes < PROBE_LIMIT; probes += 1) {
      if (this.slots[slot] === 0) {
        this.slots[slot] = id
        return
      }
      slot = (slot + 1) & mask
    }
    this.colliding.set(this.spelling(id), this.canonical[id])
  }

  private growSlots(): void {
    const before = this.slots
    this.slots = new Int32Array(before.length * 4)
    for (const id of before) {
      if (id === 0) continue
      let hash = this.ends[id] - this.starts[id]
      for (let at = this.starts[id]; at < this.ends[id]; at += 1)
        hash = Math.imul(hash ^ this.pool[at], HASH_FACTOR)
      this.place(id, hash)
    }
  }

  private growIds(): void {
    const length = this.starts.length * 2
    this.starts = copied(new Uint32Array(length), this.starts)
    this.ends = copied(new Uint32Array(length), this.ends)
    this.canonical = copied(new Int32Array(length), this.canonical)
    this.shapes = copied(new Uint8Array(length), this.shapes)
  }

  private growPool(least: number): void {
    this.pool = copied(new Uint16Array(Math.max(least, this.pool.length * 2)), this.pool)
  }
}

function copied<A extends { set(from: A): void }>(to: A, from: A): A {
  to.set(from)
  return to
}
