/**
 * Texts that nobody is to read, in the ways in which those write them who carry them: each character as itself, or as URLs, JSON and
 * HTML write it, whatever the next is written like; and the whole in base64, wherever in a text it begins, and in hexadecimal.
 */

/** The ways to write one character. */
type Ways = readonly Uint8Array[]
/** A text, character by character. */
type Spelling = readonly Ways[]

const STAR = 42
/** In place of where a spelling ends: there is none here; or there may be, when more bytes come. */
const [NONE, MORE] = [0, -1]

/** What some write beside numbers of the character. */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  ' ': ['+'],
  '"': ['\\"', '&quot;'],
  "'": ["\\'", '&apos;'],
  '&': ['&amp;'],
  '/': ['\\/'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '\\': ['\\\\'],
}
/** What is written in base64 within URLs. */
const IN_URLS: Readonly<Record<string, string>> = { '+': '-', '/': '_' }

const toUtf8 = new TextEncoder()
const digits = (number: number, length: number): string => number.toString(16).padStart(length, '0')
const unitsOf = (text: string): number[] => Array.from(text.split(''), (unit) => unit.charCodeAt(0))

/** A text as bytes, in each of the two ways that servers keep to. */
function bytesOf(text: string): Uint8Array[] {
  const isOld = /[\x80-\xff]/.test(text) && !/[^\0-\xff]/.test(text)
  return [toUtf8.encode(text), ...(isOld ? [Uint8Array.from(unitsOf(text))] : [])]
}

function waysOf(character: string): Ways {
  const point = character.codePointAt(0)!
  const bytes = bytesOf(character)
  const numbers = (cased: (hex: string) => string): string[] => [
    ...bytes.map((some) => Array.from(some, (byte) => `%${cased(digits(byte, 2))}`).join('')),
    unitsOf(character)
      .map((unit) => `\\u${cased(digits(unit, 4))}`)
      .join(''),
    `&#x${cased(digits(point, 1))};`,
  ]
  const written = new Set([
    ...numbers((hex) => hex),
    ...numbers((hex) => hex.toUpperCase()),
    `&#${point};`,
    `&#0${point};`,
    ...(OTHERWISE[character] ?? []),
  ])
  return [...bytes, ...Array.from(written, (way) => toUtf8.encode(way))]
}

function spellingsOf(text: string): Spelling[] {
  const inHex = (bytes: Uint8Array): Spelling =>
    Array.from(Array.from(bytes, (byte) => digits(byte, 2)).join(''), (digit) =>
      [...new Set([digit, digit.toUpperCase()])].map((way) => toUtf8.encode(way)),
    )
  /** What it is however the bytes around it are, where so many are before it. */
  const inBase64 = (bytes: Uint8Array, before: number): Spelling => {
    const binary = '\0'.repeat(before) + String.fromCharCode(...bytes)
    const encoded = btoa(binary).slice([0, 2, 3][before], Math.floor((binary.length * 8) / 6))
    return Array.from(encoded, (character) => {
      const inUrls = IN_URLS[character]
      return [...waysOf(character), ...(inUrls === undefined ? [] : [toUtf8.encode(inUrls)])]
    })
  }
  return [
    Array.from(text, waysOf),
    ...bytesOf(text).flatMap((bytes) => [
      inHex(bytes),
      ...[0, 1, 2].map((before) => inBase64(bytes, before)),
    ]),
  ]
}

/** As far as there are bytes. */
function isThere(way: Uint8Array, bytes: Uint8Array, at: number): boolean {
  const count = Math.min(way.length, bytes.length - at)
  for (let index = 0; index < count; index++) if (bytes[at + index] !== way[index]) return false
  return true
}

/** Where a spelling ends that begins at a place; of several ways, the longest. It is read at all its places together. */
function endOf(spelling: Spelling, bytes: Uint8Array, at: number): number {
  let places = [at]
  let mayGoOn = false
  for (const ways of spelling) {
    const next: number[] = []
    for (const place of places)
      for (const way of ways) {
        if (!isThere(way, bytes, place)) continue
        const end = place + way.length
        if (end > bytes.length) mayGoOn = true
        else if (!next.includes(end)) next.push(end)
      }
    if (next.length === 0) return mayGoOn ? MORE : NONE
    places = next
  }
  return Math.max(...places)
}

/** Finds some texts in bytes, however they are written there, and masks them. */
export class Spellings {
  /** By the first byte of each of its ways. */
  readonly #beginning: Spelling[][] = Array.from({ length: 256 }, () => [])
  /** Bytes of the longest. */
  readonly longest: number

  constructor(texts: readonly string[]) {
    const all = texts.flatMap(spellingsOf)
    for (const spelling of all)
      for (const first of new Set(spelling[0]!.map((way) => way[0]!)))
        this.#beginning[first]!.push(spelling)
    const most = (ways: Ways): number => Math.max(...ways.map(({ length }) => length))
    this.longest = Math.max(
      0,
      ...all.map((spelling) => spelling.reduce((sum, ways) => sum + most(ways), 0)),
    )
  }

  /** Masks in `over`, or in a copy, what is found in `bytes`; undefined where there is neither. */
  cover(bytes: Uint8Array, over?: Uint8Array): Uint8Array | undefined {
    let masked = over
    for (let at = 0; at < bytes.length; at++)
      for (const spelling of this.#beginning[bytes[at]!]!) {
        const end = endOf(spelling, bytes, at)
        if (end <= at) continue
        masked ??= new Uint8Array(bytes)
        masked.fill(STAR, at, end)
      }
    return masked
  }

  /** How many of the last bytes may be the beginning of one. */
  unended(bytes: Uint8Array): number {
    for (let at = Math.max(0, bytes.length - this.longest); at < bytes.length; at++)
      if (this.#beginning[bytes[at]!]!.some((one) => endOf(one, bytes, at) === MORE))
        return bytes.length - at
    return 0
  }
}
