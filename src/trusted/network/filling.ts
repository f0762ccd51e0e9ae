/** A request as it goes out: the rule's headers in place of the guest's, secrets in place of placeholders. */
import { GuestError } from '../broker/effect.js'
import { headerFault, type Header } from './headers.js'
import type { Outgoing } from './network.js'
import type { NetworkRule } from './origins.js'
import type { Secrets } from './secrets.js'

/** A request that holds all that it is sent with, but for the address. */
export type Filled = Pick<Outgoing, 'url' | 'method' | 'headers' | 'body'>

/**
 * What a guest would ask for an answer with that no mask can read: packed, cut into parts, in other letters, as a difference. None of it
 * is asked of a server that has secrets, whatever this request holds: it may have kept one of an earlier request.
 */
const UNREADABLE = new Set(['a-im', 'accept-charset', 'accept-encoding', 'if-range', 'range'])

/** Fills in what the host adds. @throws Refusal for a secret that is not for this host. */
export function withSecrets(
  { url, method, body }: { url: URL; method: string; body: Uint8Array | null },
  given: readonly Header[],
  rule: NetworkRule,
  secrets: Secrets,
): Filled {
  const own = Object.entries(rule.headers)
  const isOwn = new Set(own.map(([name]) => name.toLowerCase()))
  const written = [...given.filter(([name]) => !isOwn.has(name.toLowerCase())), ...own]
  if (secrets.isEmpty) return { url, method, headers: written, body: body ?? undefined }
  const filled = written.map(([name, value]): Header => {
    const whole = secrets.fill(
      inBasic(value, (text) => secrets.fill(text, url, inBytes)),
      url,
    )
    const fault = headerFault(name, whole)
    if (fault !== undefined) throw new GuestError('ValueError', fault)
    return [name, whole]
  })
  // The host stays what was judged.
  const address = new URL(url)
  address.pathname = secrets.fill(url.pathname, url, encodeURIComponent)
  address.search = secrets.fill(url.search, url, encodeURIComponent)
  return {
    url: address,
    method,
    headers: secrets.areFor(url)
      ? filled.filter(([name]) => !UNREADABLE.has(name.toLowerCase()))
      : filled,
    body: body === null ? undefined : filledBody(body, written, url, secrets),
  }
}

/** Characters of a byte each: where some take more than one, as UTF-8. */
const inBytes = (value: string): string =>
  /[^\0-\xff]/.test(value) ? String.fromCharCode(...new TextEncoder().encode(value)) : value

/** `Basic …` with the placeholder inside of what is encoded. */
function inBasic(value: string, fill: (text: string) => string): string {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(value) ?? []
  if (encoded === undefined) return value
  let text: string
  try {
    text = atob(encoded)
  } catch {
    return value
  }
  const filled = fill(text)
  return filled === text ? value : `Basic ${btoa(filled)}`
}

/** A body with secrets in it, spelled as its type spells texts. Anything but text is as it is. */
function filledBody(
  body: Uint8Array,
  headers: readonly Header[],
  url: URL,
  secrets: Secrets,
): Uint8Array {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return body
  }
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  const spell = /x-www-form-urlencoded/i.test(type)
    ? encodeURIComponent
    : /\bjson\b/i.test(type)
      ? (value: string) => JSON.stringify(value).slice(1, -1)
      : undefined
  const filled = secrets.fill(text, url, spell)
  return filled === text ? body : new TextEncoder().encode(filled)
}
