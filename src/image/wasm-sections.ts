/** Reads a WebAssembly module as its sections, and writes the numbers of one. */

/** The numbers of sections, as the format has them. */
export const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  export: 7,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
}

/** Where a section's contents begin and end, and where its size is written: behind the byte that says what it is. */
export interface Section {
  readonly size: number
  readonly from: number
  readonly to: number
}

/**
 * Reads a module from a place on, and moves on as it reads. It checks nothing: what it reads is from the pinned package.
 */
export class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  byte(): number {
    return this.bytes[this.at++]!
  }

  number(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }

  name(): string {
    const length = this.number()
    this.at += length
    return Buffer.from(this.bytes.subarray(this.at - length, this.at)).toString()
  }

  /** As many things as are counted here. */
  list<T>(read: () => T): T[] {
    return Array.from({ length: this.number() }, read)
  }
}

/** A number of 32 bits as unsigned LEB128, which is how the format writes it. */
export function leb(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value >>> 0; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest & 127) | 128)
  }
}

/** The sections of a module, by what they are. */
export function sectionsOf(bytes: Uint8Array): Map<number, Section> {
  const found = new Map<number, Section>()
  for (const reader = new Reader(bytes, 8); reader.at < bytes.length; ) {
    const id = reader.byte()
    const size = reader.at
    const length = reader.number()
    found.set(id, { size, from: reader.at, to: reader.at + length })
    reader.at += length
  }
  return found
}

/** Bytes as hexadecimal digits: the image's facts keep what is spliced into a module so. */
export const hex = (bytes: readonly number[]): string => Buffer.from(bytes).toString('hex')
