/** Headers of a guest's request, read as if they were forged: nothing in them begins another header, or another request. */
import { GuestError } from '../broker/effect.js'

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
const MOST = 100
const MOST_CHARACTERS = 65_536

/** What is wrong with a header; undefined when nothing is. */
export function headerFault(name: unknown, value: unknown): string | undefined {
  if (typeof name !== 'string' || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/.test(name))
    return 'a header whose name is none'
  if (RESERVED.has(name.toLowerCase())) return `the header ${name} is the host's to write`
  if (typeof value !== 'string' || /[^\t\x20-\x7e\x80-\xff]/.test(value))
    return `the header ${name} holds what no header can`
  return undefined
}

/** @throws GuestError, a ValueError in the guest. */
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
    size += header[0].length + header[1].length
    if (size > MOST_CHARACTERS)
      throw new GuestError('ValueError', `headers of more than ${MOST_CHARACTERS} characters`)
    return header
  })
}
