/**
 * The state of a run that waits, on its way through places that the host does not control: encrypted, authenticated, bound to the
 * terms it was made under and to a tenant, good for a time, and used once.
 *
 * A state is arbitrary memory of a guest. Restoring a forged one would go past every check of the language; restoring one twice would
 * do twice what the program does once.
 *
 * Layout: {@link MAGIC}, a random number of 16 bytes, milliseconds of the epoch when it expires (f64), what AES-GCM makes of the rest. The
 * key is derived from the host's and from the number: so no two states have one key, and none needs a nonce.
 */
import { decode } from '../channel/decode.js'
import { encode, never } from '../channel/encode.js'
import { PLAIN } from '../channel/wire.js'

/** Why a state is not resumed: for the host, which handed it in. */
export class BadState extends Error {
  override readonly name = 'BadState'
}

/** What a state is bound to. */
export interface StateTerms {
  readonly key: Uint8Array
  /** Stands for image, policy, trusted modules and capabilities. */
  readonly terms: string
  readonly tenant: string
}

/** An opened state. */
export interface OpenState {
  /** Random; no two states have one. */
  readonly id: string
  readonly expires: number
  readonly body: Uint8Array
}

/** Whether the state of this number was claimed for the first time. It need not be known any longer than to `expires`. */
export type Claim = (id: string, expires: Date) => boolean | Promise<boolean>

const MAGIC = new TextEncoder().encode('pyrestrict waiting 1\n')
const ID_BYTES = 16
const HEADER = MAGIC.length + ID_BYTES + 8

/** The body, encrypted under these terms. It is good until `expires`, in milliseconds of the epoch. */
export async function sealState(
  body: Uint8Array,
  expires: number,
  { key, terms, tenant }: StateTerms,
): Promise<Uint8Array> {
  const header = new Uint8Array(HEADER)
  header.set(MAGIC)
  const id = crypto.getRandomValues(header.subarray(MAGIC.length, MAGIC.length + ID_BYTES))
  new DataView(header.buffer).setFloat64(HEADER - 8, expires)
  const whole = encode({ terms, tenant, body }, PLAIN, never)
  const sealed = await crypto.subtle.encrypt(cipher(header), await keyOf(key, id), whole)
  const state = new Uint8Array(HEADER + sealed.byteLength)
  state.set(header)
  state.set(new Uint8Array(sealed), HEADER)
  return state
}

/**
 * The body of a state that {@link sealState} made under these terms.
 * @throws BadState for any other, and for one that has expired
 */
export async function openState(
  state: unknown,
  now: number,
  { key, terms, tenant }: StateTerms,
): Promise<OpenState> {
  if (!(state instanceof Uint8Array)) throw new BadState('a state is bytes')
  // A copy: what was checked cannot be changed afterwards.
  const bytes = state.slice()
  const header = bytes.subarray(0, HEADER)
  if (bytes.length < HEADER || !MAGIC.every((byte, i) => byte === header[i]))
    throw new BadState('this is not the state of a run that waits, or of another version')
  const id = header.slice(MAGIC.length, MAGIC.length + ID_BYTES)
  const expires = new DataView(header.buffer, header.byteOffset).getFloat64(HEADER - 8)
  let whole: ArrayBuffer
  try {
    const unlocked = await keyOf(key, id)
    whole = await crypto.subtle.decrypt(cipher(header), unlocked, bytes.subarray(HEADER))
  } catch {
    throw new BadState('the state was made with another key, or was changed')
  }
  const told = decode(new Uint8Array(whole), PLAIN, NOTHING_ELSE) as {
    readonly terms: string
    readonly tenant: string
    readonly body: Uint8Array
  }
  if (told.tenant !== tenant) throw new BadState('the state belongs to another tenant')
  if (told.terms !== terms)
    throw new BadState(
      'the state was made under another policy, image, trusted modules or capabilities',
    )
  if (now >= expires) throw new BadState(`the state expired at ${new Date(expires).toISOString()}`)
  return { id: hex(id), expires, body: told.body }
}

/** Claims that this process remembers: for states that no other process resumes. */
export class Claims {
  readonly #taken = new Map<string, number>()
  #swept = 0

  readonly claim: Claim = (id, expires) => {
    if (this.#taken.has(id)) return false
    this.#sweep(Date.now())
    this.#taken.set(id, expires.getTime())
    return true
  }

  /** Forgets, now and then, those that nobody could resume any more. */
  #sweep(now: number): void {
    if (now - this.#swept < SWEEP_MS) return
    this.#swept = now
    for (const [id, expires] of this.#taken) if (expires < now) this.#taken.delete(id)
  }
}

const SWEEP_MS = 60_000

const cipher = (header: Uint8Array) => ({
  name: 'AES-GCM',
  iv: new Uint8Array(12),
  additionalData: header as Uint8Array<ArrayBuffer>,
})

async function keyOf(secret: Uint8Array, salt: Uint8Array): Promise<CryptoKey> {
  const raw = secret as Uint8Array<ArrayBuffer>
  const material = await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey'])
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: salt as Uint8Array<ArrayBuffer>, info: MAGIC },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const NOTHING_ELSE = { reference: none, complex: none, ellipsis: none }

function none(): never {
  throw new BadState('the state cannot be read')
}
