/**
 * Secrets that a guest may use and never has. It holds a placeholder, in place of which the secret is put on the way to the hosts
 * that it is for, and nowhere else. What comes back has the secret masked.
 *
 * A mask is as long as what it covers, so that nothing that is masked changes its form.
 */
import { Refusal } from '../broker/effect.js'
import { isOf, portOf, readOrigin, type Origin } from './origins.js'
import { Spellings } from './spellings.js'

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

/** What a guest has in place of the secret: characters that neither URLs nor JSON nor headers write in another way. */
export const placeholderOf = (name: string): string => `~secret.${name}~`

/** Names of the secrets whose placeholders the text holds. */
export const placeholdersIn = (text: string): readonly string[] =>
  [...text.matchAll(PLACEHOLDER)].map(([, name]) => name!)

/** The origins that an entry of `hosts` stands for. @throws TypeError saying what to write instead. */
function originOf(entry: string): Origin & { readonly isAnyPort: boolean } {
  if (entry === '') throw new TypeError('must name a host')
  const isName = !entry.includes('//')
  const { origin, path } = readOrigin(isName ? `https://${entry}` : entry)
  if (path !== '/') throw new TypeError('must hold no path')
  if (origin.host === '') throw new TypeError('must name a host')
  return { ...origin, isAnyPort: isName && !/:\d+$/.test(entry) }
}

const isFor = (origins: readonly ReturnType<typeof originOf>[], url: URL): boolean =>
  origins.some((origin) =>
    origin.isAnyPort ? isOf({ ...origin, port: portOf(url) }, url) : isOf(origin, url),
  )

/** The secrets of one sandbox by name: fills in placeholders, and masks what was filled in. */
export class Secrets {
  readonly #secrets = new Map<string, { value: string; origins: ReturnType<typeof originOf>[] }>()
  readonly #spellings: Spellings

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
    }
    this.#spellings = new Spellings([...this.#secrets.values()].map(({ value }) => value))
  }

  get isEmpty(): boolean {
    return this.#secrets.size === 0
  }

  /** Bytes of the longest way in which one is written. */
  get longest(): number {
    return this.#spellings.longest
  }

  has(name: string): boolean {
    return this.#secrets.has(name)
  }

  /** Whether the URL's host may have one of them. */
  areFor(url: URL): boolean {
    return [...this.#secrets.values()].some(({ origins }) => isFor(origins, url))
  }

  /**
   * The text with secrets in place of their placeholders, each written as `spell` does.
   * @throws Refusal where one is not for the URL's host: it is said, and not only left out, since somebody tried.
   */
  fill(text: string, url: URL, spell: (value: string) => string = (value) => value): string {
    return text.replace(PLACEHOLDER, (whole, name: string) => {
      const secret = this.#secrets.get(name)
      if (secret === undefined) return whole
      if (!isFor(secret.origins, url)) throw new Refusal(`${name} may not be sent to ${url.origin}`)
      return spell(secret.value)
    })
  }

  /** A copy with every secret masked; the bytes themselves where there is none. */
  mask(bytes: Uint8Array): Uint8Array {
    return this.#spellings.cover(bytes) ?? bytes
  }

  /** The same of a text: one of a header has a byte in each character. */
  maskText(text: string): string {
    const isBytes = !/[^\0-\xff]/.test(text)
    const bytes = isBytes
      ? Uint8Array.from(text, (character) => character.charCodeAt(0))
      : new TextEncoder().encode(text)
    const masked = this.#spellings.cover(bytes)
    if (masked === undefined) return text
    return isBytes
      ? Array.from(masked, (byte) => String.fromCharCode(byte)).join('')
      : new TextDecoder().decode(masked)
  }

  /** Masks what comes in pieces: a secret may begin in one and end in another. */
  masker(): Masker {
    return new Masker(this.#spellings)
  }
}

/** Masks a stream. What could be the beginning of a secret is held back until it is known. */
export class Masker {
  #raw = new Uint8Array()
  /** The same bytes, in which what was found so far is masked. */
  #masked = new Uint8Array()

  constructor(private readonly spellings: Spellings) {}

  take(bytes: Uint8Array): Uint8Array {
    if (this.spellings.longest === 0) return bytes
    const raw = joined(this.#raw, bytes)
    const masked = joined(this.#masked, bytes)
    this.spellings.cover(raw, masked)
    const from = raw.length - this.spellings.unended(raw)
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
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(one.length + other.length)
  whole.set(one)
  whole.set(other, one.length)
  return whole
}
