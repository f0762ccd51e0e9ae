/**
 * Which addresses of the internet a guest's requests may go to: public ones. Everything else is inside somebody's network, or is
 * the machine itself, and a name that a guest may ask for can be made to lead there by whoever owns the name.
 */

/** An address as the bytes of its sixteen-byte form; IPv4 is kept as its four. */
export type Address = Uint8Array

/** The address that the text spells; undefined for what is none, or has a zone. */
export function readAddress(text: string): Address | undefined {
  if (!/^[0-9a-f:.]{2,45}$/i.test(text)) return undefined
  const isLong = text.includes(':')
  let host: string
  try {
    host = new URL(isLong ? `http://[${text}]` : `http://${text}`).hostname
  } catch {
    return undefined
  }
  if (!isLong) {
    if (!/^\d+\.\d+\.\d+\.\d+$/.test(host)) return undefined
    return Uint8Array.from(host.split('.'), Number)
  }
  const [head = '', tail] = host.slice(1, -1).split('::')
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]))
}

/** Addresses that begin with the same bits. */
export interface Range {
  readonly first: Address
  readonly bits: number
}

/** `10.0.0.0/8`, or an address by itself; undefined for what is neither. */
export function readRange(text: string): Range | undefined {
  const [address = '', length, ...rest] = text.split('/')
  const first = readAddress(address)
  if (first === undefined || rest.length > 0) return undefined
  if (length === undefined) return { first, bits: first.length * 8 }
  if (!/^\d{1,3}$/.test(length) || Number(length) > first.length * 8) return undefined
  return { first, bits: Number(length) }
}

/** Whether the range holds the address. An IPv4 address is in no range of IPv6, nor the other way round. */
export function isWithin(address: Address, { first, bits }: Range): boolean {
  if (address.length !== first.length) return false
  for (let bit = 0; bit < bits; bit++) {
    const mask = 128 >> (bit & 7)
    if ((address[bit >> 3]! & mask) !== (first[bit >> 3]! & mask)) return false
  }
  return true
}

/** Ranges that are not public, and what a guest is told of an address in one of them. The first that holds it decides. */
const REFUSED: readonly (readonly [range: Range, what: string])[] = Object.entries({
  '0.0.0.0/8': 'an unspecified',
  '10.0.0.0/8': 'a private',
  '100.64.0.0/10': 'a shared (carrier-grade NAT)',
  '127.0.0.0/8': 'a loopback',
  '168.63.129.16': 'a metadata',
  '169.254.0.0/16': 'a link-local',
  '172.16.0.0/12': 'a private',
  '192.0.0.0/24': 'a reserved',
  '192.0.2.0/24': 'a documentation',
  '192.31.196.0/24': 'a reserved',
  '192.52.193.0/24': 'a reserved',
  '192.88.99.0/24': 'a 6to4 relay',
  '192.168.0.0/16': 'a private',
  '192.175.48.0/24': 'a reserved',
  '198.18.0.0/15': 'a benchmarking',
  '198.51.100.0/24': 'a documentation',
  '203.0.113.0/24': 'a documentation',
  '224.0.0.0/4': 'a multicast',
  '240.0.0.0/4': 'a reserved',
  '::/128': 'an unspecified',
  '::1/128': 'a loopback',
  '::/96': 'an IPv4-compatible',
  '::ffff:0:0/96': 'an IPv4-mapped',
  '::ffff:0:0:0/96': 'an IPv4-translated',
  '64:ff9b:1::/48': 'a private NAT64',
  '2001::/23': 'a Teredo or reserved',
  '2001:db8::/32': 'a documentation',
  '2002::/16': 'a 6to4',
  '3fff::/20': 'a documentation',
  'fc00::/7': 'a private',
  'fe80::/10': 'a link-local',
  'ff00::/8': 'a multicast',
}).map(([range, what]) => [readRange(range)!, what] as const)

/** The public NAT64 prefix. The four bytes after it are the address that the request goes to. */
const NAT64 = readRange('64:ff9b::/96')!
/** All that is public of IPv6. */
const GLOBAL = readRange('2000::/3')!

/**
 * What is wrong with an address, as a guest may be told; undefined for a public one. `own` are the addresses of this machine: a
 * public one of them leads to what listens here for its own network alone.
 */
export function whyRefused(address: Address, own: readonly Range[]): string | undefined {
  if (isWithin(address, NAT64)) return whyRefused(address.slice(12), own)
  const found = REFUSED.find(([range]) => isWithin(address, range))
  if (found) return found[1]
  if (own.some((range) => isWithin(address, range))) return "one of this machine's"
  return address.length === 4 || isWithin(address, GLOBAL) ? undefined : 'a reserved'
}
