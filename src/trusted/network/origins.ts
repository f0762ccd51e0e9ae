/**
 * What a policy's `network` allows, and whether a URL is it. A URL is parsed once, by the rules that browsers keep to; what was
 * parsed is what is compared, and what is asked for. So no two readings of a URL can differ.
 */

import { readRange } from './addresses.js'

/** Where requests may go: `https://api.example.com`, `https://*.example.com:8443`. */
export interface Origin {
  readonly scheme: string
  /** In lower case and ASCII, an IPv6 address in brackets; `.example.com` stands for all names below it, '' for every name. */
  readonly host: string
  readonly isWildcard: boolean
  readonly port: number
}

/** A rule of the policy, in its complete form: plain data. */
export interface NetworkRule {
  /** As in {@link readOrigin}, normalized. */
  readonly origins: readonly string[]
  /** In upper case; `*`: any. */
  readonly methods: readonly string[]
  /** Patterns of paths; empty: any. */
  readonly paths: readonly string[]
  /** Put into each request by the host, whatever the guest says. */
  readonly headers: Readonly<Record<string, string>>
  /** Addresses and ranges that the names may lead to though they are not public. */
  readonly addresses: readonly string[]
  readonly requests: number | undefined
  readonly bytes: number | undefined
  readonly timeMs: number | undefined
  readonly approve: boolean
}

/** `policy.network`, complete. */
export interface NetworkRules {
  readonly allow: readonly NetworkRule[]
  readonly deny: readonly string[]
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }
const LONGEST_URL = 16_384

/** A URL that can be asked for, or what is wrong with it. */
export function readUrl(text: unknown): URL | string {
  if (typeof text !== 'string') return 'a URL must be text'
  if (text.length > LONGEST_URL) return `a URL of more than ${LONGEST_URL} characters`
  // The parser leaves these out without a word: what is asked for would not be what is written.
  if (/[\0-\x20\x7f]/.test(text)) return 'a URL with blanks or control characters; quote them'
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return 'no valid URL'
  }
  if (PORTS[url.protocol] === undefined) return `"${url.protocol}" is neither http: nor https:`
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/?#]*@/.test(text))
    return 'a URL with a user name; send the header Authorization'
  if (url.port === '0') return 'port 0, where nothing listens'
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1)
  if (/^$|^\.|\.\.|\.$|[*%]/.test(url.hostname) || url.hostname.length > 253)
    return 'no valid name of a host'
  url.hash = ''
  return url
}

/** The port that a URL leads to: where it names none, 80 of `http:` and 443 of `https:`. */
export const portOf = (url: URL): number => Number(url.port) || PORTS[url.protocol]!

/** The name or address to dial: an IPv6 address without its brackets. */
export const nameOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

/**
 * `https://api.example.com`, `https://*.example.com`, `http://127.0.0.1:8080`, `https://*`; with a path, which is told apart.
 * @throws TypeError saying what to write instead.
 */
export function readOrigin(text: string): { readonly origin: Origin; readonly path: string } {
  const [, address, bits] = /^(?:https?:\/\/)?\[?([\da-f:.]+)\]?\/(\d+)$/i.exec(text) ?? []
  if (address !== undefined && readRange(`${address}/${bits}`))
    throw new TypeError(
      `is a range of addresses, and must be an origin, as "https://api.example.com" or "http://10.1.2.3:8080"; what a name may lead to stands in a rule of the policy: { origin: "https://intranet.example.com", addresses: ["${address}/${bits}"] }`,
    )
  if (!/^https?:\/\//i.test(text))
    throw new TypeError(
      `must begin with https:// or http://${/^[\w*.-]+(:\d+)?(\/|$)/.test(text) ? `: "https://${text}"` : ''}`,
    )
  if (/[\0-\x20\x7f]/.test(text)) throw new TypeError('must hold no blanks')
  const [, host = ''] = /^https?:\/\/([^/?#]*)/i.exec(text) ?? []
  if (host.includes('@')) throw new TypeError('must hold no user name: use headers')
  const isWildcard = host.startsWith('*')
  const isAny = /^\*(:\d*)?$/.test(host)
  if (isWildcard ? !isAny && !host.startsWith('*.') : false)
    throw new TypeError('may have * in place of whole names before the first dot: "*.example.com"')
  // What the parser makes of the rest does not depend on the wildcard.
  const plain = isWildcard ? text.replace(isAny ? '*' : '*.', isAny ? 'any' : '') : text
  let url: URL
  try {
    url = new URL(plain)
  } catch {
    throw new TypeError('is no valid URL')
  }
  const name = url.hostname.replace(/\.$/, '')
  if (name === '' || name.includes('*'))
    throw new TypeError('may have * in place of whole names before the first dot: "*.example.com"')
  if (isWildcard && !isAny && /^[\d.]+$|^\[/.test(name))
    throw new TypeError('may have * before a name, not before an address')
  if (url.port === '0') throw new TypeError('must have a port above 0')
  if (url.search !== '' || url.hash !== '') throw new TypeError('must end with the path')
  return {
    origin: {
      scheme: url.protocol,
      host: isAny ? '' : isWildcard ? `.${name}` : name,
      isWildcard,
      port: portOf(url),
    },
    path: url.pathname,
  }
}

/** The same, as it is written: `https://*.example.com:8443`. */
export function originText({ scheme, host, isWildcard, port }: Origin): string {
  const isUsual = PORTS[scheme] === port
  return `${scheme}//${isWildcard ? '*' : ''}${host}${isUsual ? '' : `:${port}`}`
}

/** Whether a URL is of the origin: by scheme, port and host. A wildcard stands for names, and for no address. */
export function isOf(origin: Origin, url: URL): boolean {
  return (
    url.protocol === origin.scheme &&
    portOf(url) === origin.port &&
    (origin.isWildcard
      ? url.hostname.endsWith(origin.host) && readableName(url.hostname)
      : url.hostname === origin.host)
  )
}

/** A name, which stands for addresses, and not an address itself: those are allowed one by one. */
const readableName = (host: string): boolean => !/^\[|^[\d.]+$/.test(host)

/**
 * Whether a URL's path is within a pattern: the same, or, where the pattern ends with `*`, beginning so. A `*` between two slashes
 * stands for one part.
 */
export function isPath(pattern: string, path: string): boolean {
  const isOpen = pattern.endsWith('*')
  const wanted = pattern.split('/')
  const parts = path.split('/')
  if (isOpen ? parts.length < wanted.length : parts.length !== wanted.length) return false
  return wanted.every((part, index) => {
    if (isOpen && index === wanted.length - 1)
      return parts.slice(index).join('/').startsWith(part.slice(0, -1))
    return part === '*' ? parts[index] !== '' : part === parts[index]
  })
}

/** A character in more bytes than it takes, as `%c0%af` is a slash to some servers, or in the way of none but one of them. */
const SPELLED_OTHERWISE = /%c[01]%|%e0%[89]|%f0%8|%u[\da-f]{4}/i
const fromUtf8 = new TextDecoder()

/** Whether some server would read the path as another: with `..` between slashes that are written as `%2f`, once or again. */
export function isAmbiguous(path: string): boolean {
  let read = path
  for (let times = 0; times < 4; times++) {
    if (SPELLED_OTHERWISE.test(read)) return true
    const next = read.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    if (next === read) break
    read = next
  }
  // Full-width dots and slashes are plain ones where a server is made for old character sets.
  const narrow = fromUtf8
    .decode(Uint8Array.from(read, (byte) => byte.charCodeAt(0)))
    .normalize('NFKC')
  return /(?:^|[/\\])\.{1,2}(?:[/\\;]|$)|\\|\0|%[0-9a-f]{2}/i.test(narrow)
}
