/** Headers of a guest's request, read as if they were forged: nothing in them begins another header, or another request. */
import { GuestError } from '../broker/effect.js'

/** One header. Names may come several times, and in any case. */
export type Header = readonly [name: string, value: string]

/** Names that say where the request goes, or where it ends: those are the host's. */
const RESERVED = new Set([
  'host',
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
])
/** Names by which some servers take another method, path or host for the one that was judged. */
const OVERRIDING = new Set([
  'forwarded',
  'x-forwarded-host',
  'x-forwarded-path',
  'x-forwarded-prefix',
  'x-forwarded-uri',
  'x-host',
  'x-http-host-override',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-host',
  'x-original-uri',
  'x-original-url',
  'x-rewrite-url',
])
const MOST = 100
const MOST_CHARACTERS = 65_536

/** As servers read it that make variables of headers: `Content_Length` is one with `Content-Length`. */
const plain = (name: string): string => name.toLowerCase().replaceAll('_', '-')

/** What is wrong with a header; undefined when nothing is. */
export function headerFault(name: unknown, value: unknown): string | undefined {
  if (typeof name !== 'string' || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/.test(name))
    return 'a header whose name is none'
  if (RESERVED.has(plain(name))) return `the header ${name} is the host's to write`
  if (typeof value !== 'string' || /[^\t\x20-\x7e\x80-\xff]/.test(value))
    return `the header ${name} holds what no header can`
  return undefined
}

/**
 * The headers that a guest gives: a list of pairs, null or nothing.
 * @throws GuestError, a ValueError in the guest, for any that is not to go out
 */
export function readHeaders(given: unknown): Header[] {
  const rows = given ?? []
  if (!Array.isArray(rows) || rows.length > MOST)
    throw new GuestError('ValueError', `headers must be a list of at most ${MOST}`)
  let size = 0
  return rows.map((row: unknown) => {
    const [name, value] = Array.isArray(row) ? (row as unknown[]) : []
    const fault = headerFault(name, value)
    if (fault !== undefined) throw new GuestError('ValueError', fault)
    const header: Header = [name as string, (value as string).trim()]
    if (OVERRIDING.has(plain(header[0])))
      throw new GuestError(
        'ValueError',
        `the header ${header[0]} would have another method, path or host taken for this one: a rule's "headers" may hold it`,
      )
    size += header[0].length + header[1].length
    if (size > MOST_CHARACTERS)
      throw new GuestError('ValueError', `headers of more than ${MOST_CHARACTERS} characters`)
    return header
  })
}
