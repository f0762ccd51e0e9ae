/**
 * Secrets that a guest may use and never has. It holds a placeholder, in place of which the secret is put on the way to the hosts
 * that it is for, and nowhere else. What comes back has the secret masked.
 *
 * A mask is as long as what it covers, so that nothing that is masked changes its form.
 */
import { Refusal } from '../broker/effect.js'
import { isOf, portOf, readOrigin, type Origin } from './origins.js'

/** A secret of the host's. */
export interface Secret {
  /** At least eight characters: shorter ones would be found by chance in what has nothing to do with them. */
  readonly value: string
  /**
   * Where it may be sent: names (`api.example.com`, `*.example.com`), which stand for https at any port, or origins
   * (`http://127.0.0.1:8080`).
   */
  readonly hosts: readonly string[]
}

const LEAST_CHARACTERS = 8
const PLACEHOLDER = /~secret\.(\w+)~/g
const STAR = 42

/** What a guest has in place of the secret: characters that neither URLs nor JSON nor headers write in another way. */
export const placeholderOf = (name: string): string => `~secret.${name}~`

/** Names of the secrets whose placeholders the text holds. */
export const placeholdersIn = (text: string): readonly string[] =>
  [...text.matchAll(PLACEHOLDER)].map(([, name]) => name!)

/** The origins that an entry of `hosts` stands for. @throws TypeError saying what to write instead. */
function originOf(entry: string): Origin & { readonly isAnyPort: boolean } {
  const isName = !entry.includes('//')
  const { origin, path } = readOrigin(isName ? `https://${entry}` : entry)
  if (path !== '/') throw new TypeError('must hold no path')
  if (origin.host === '') throw new TypeError('must name a host')
  return { ...origin, isAnyPort: isName && !/:\d+$/.test(entry) }
}

export class Secrets {
  readonly #secrets = new Map<string, { value: string; origins: ReturnType<typeof originOf>[] }>()
  readonly #forms: Uint8Array[] = []
  readonly #texts: string[] = []

  /** @throws TypeError that begins with the secret's name, for one that cannot be kept or has nowhere to go. */
  constructor(secrets: Readonly<Record<string, Secret>>) {
    for (const [name, { value, hosts }] of Object.entries(secrets)) {
      if (typeof value !== 'string' || value.length < LEAST_CHARACTERS)
        throw new TypeError(
          `${name}.value: must be text of at least ${LEAST_CHARACTERS} characters`,
        )
      if (/[\0-\x1f\x7f]/.test(value))
        throw new TypeError(`${name}.value: must hold no control characters`)
      if (!Array.isArray(hosts) || hosts.length === 0)
        throw new TypeError(`${name}.hosts: must list where it may be sent`)
      const origins = hosts.map((host: unknown, index) => {
        try {
          return originOf(String(host))
        } catch (error) {
          throw new TypeError(`${name}.hosts[${index}]: ${(error as Error).message}`)
        }
      })
      this.#secrets.set(name, { value, origins })
      for (const form of formsOf(value)) {
        this.#texts.push(form)
        this.#forms.push(new TextEncoder().encode(form))
      }
    }
    this.#texts.sort((a, b) => b.length - a.length)
  }

  get isEmpty(): boolean {
    return this.#secrets.size === 0
  }

  /** Bytes of the longest form in which one is known. */
  get longest(): number {
    return Math.max(0, ...this.#forms.map(({ length }) => length))
  }

  has(name: string): boolean {
    return this.#secrets.has(name)
  }

  /**
   * The text with secrets in place of their placeholders, each written as `spell` does.
   * @throws Refusal where one is not for the URL's host: it is said, and not only left out, since somebody tried.
   */
  fill(text: string, url: URL, spell: (value: string) => string = (value) => value): string {
    return text.replace(PLACEHOLDER, (whole, name: string) => {
      const secret = this.#secrets.get(name)
      if (secret === undefined) return whole
      const isFor = secret.origins.some((origin) =>
        origin.isAnyPort ? isOf({ ...origin, port: portOf(url) }, url) : isOf(origin, url),
      )
      if (!isFor) throw new Refusal(`${name} may not be sent to ${url.origin}`)
      return spell(secret.value)
    })
  }

  /** A copy with every secret masked; the bytes themselves where there is none. */
  mask(bytes: Uint8Array): Uint8Array {
    return this.#cover(bytes, undefined) ?? bytes
  }

  maskText(text: string): string {
    let masked = text
    for (const form of this.#texts) masked = masked.replaceAll(form, '*'.repeat(form.length))
    return masked
  }

  /** Masks what comes in pieces: a secret may begin in one and end in another. */
  masker(): Masker {
    return new Masker((bytes, over) => this.#cover(bytes, over), this.#forms)
  }

  /** Masks in `over`, or in a copy, what is found in `bytes`. */
  #cover(bytes: Uint8Array, over: Uint8Array | undefined): Uint8Array | undefined {
    let masked = over
    for (const form of this.#forms)
      for (let at = bytes.indexOf(form[0]!); at >= 0; at = bytes.indexOf(form[0]!, at + 1))
        if (startsAt(bytes, at, form)) {
          masked ??= bytes.slice()
          masked.fill(STAR, at, at + form.length)
        }
    return masked
  }
}

const startsAt = (bytes: Uint8Array, at: number, form: Uint8Array): boolean => {
  if (at + form.length > bytes.length) return false
  for (let index = 0; index < form.length; index++)
    if (bytes[at + index] !== form[index]) return false
  return true
}

/** Masks a stream. What could be the beginning of a secret is held back until it is known. */
export class Masker {
  #raw = new Uint8Array()
  /** The same bytes, in which what was found so far is masked. */
  #masked = new Uint8Array()

  constructor(
    private readonly cover: (bytes: Uint8Array, over: Uint8Array) => unknown,
    private readonly forms: readonly Uint8Array[],
  ) {}

  take(bytes: Uint8Array): Uint8Array {
    if (this.forms.length === 0) return bytes
    const raw = joined(this.#raw, bytes)
    const masked = joined(this.#masked, bytes)
    this.cover(raw, masked)
    const from = raw.length - this.#beginning(raw)
    this.#raw = raw.slice(from)
    this.#masked = masked.slice(from)
    return masked.subarray(0, from)
  }

  /** What was held back, when nothing more comes. */
  end(): Uint8Array {
    const rest = this.#masked
    this.#raw = this.#masked = new Uint8Array()
    return rest
  }

  /** How many of the last bytes could be the beginning of a secret. */
  #beginning(bytes: Uint8Array): number {
    let most = 0
    for (const form of this.forms)
      for (let length = Math.min(form.length - 1, bytes.length); length > most; length--)
        if (startsAt(bytes, bytes.length - length, form.subarray(0, length))) most = length
    return most
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(one.length + other.length)
  whole.set(one)
  whole.set(other, one.length)
  return whole
}

const inSmallHex = (quoted: string): string =>
  quoted.replace(/%[\dA-F]{2}/g, (hex) => hex.toLowerCase())

/** A secret as it is, and as those spell it who carry it: in URLs, JSON, base64 wherever in a text it stands, and hexadecimal. */
function formsOf(value: string): ReadonlySet<string> {
  const bytes = new TextEncoder().encode(value)
  const quoted = encodeURIComponent(value)
  const strictly = quoted.replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  const json = JSON.stringify(value).slice(1, -1)
  const ascii = json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const forms = new Set([
    value,
    ...[quoted, strictly, quoted.replaceAll('%20', '+'), strictly.replaceAll('%20', '+')].flatMap(
      (form) => [form, form.replaceAll('%2F', '/')].flatMap((one) => [one, inSmallHex(one)]),
    ),
    ...[json, ascii].flatMap((form) => [form, form.replaceAll('/', '\\/')]),
    hex,
    hex.toUpperCase(),
  ])
  for (let before = 0; before < 3; before++) {
    const binary = '\0'.repeat(before) + String.fromCharCode(...bytes)
    const first = [0, 2, 3][before]!
    const end = Math.floor((binary.length * 8) / 6)
    const encoded = btoa(binary).slice(first, end)
    forms.add(encoded)
    forms.add(encoded.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}
