/**
 * Judges bytes before anything reads them: pure, without recursion, in one pass over the bytes where they lie. It makes nothing
 * of them and throws nothing but a {@link WireError}.
 *
 * What it lets pass, CPython's reader takes for exactly one value of plain data, or refuses for ill-formed UTF-8 alone. It
 * allocates no more than some 24 times the bytes (an empty dict is two bytes here and 40 there).
 */
import {
  Code,
  MOST_DEPTH,
  MOST_REFERENCE_FIELDS,
  REFERENCE_CODES,
  WireError,
  type WireLimits,
} from './wire.js'

/** What the innermost container takes next. */
const ITEM = 0
/** An item that is hashed: of a set, or of a tuple in one. */
const HASHED_ITEM = 1
const KEY = 2
const VALUE_OF_KEY = 3

/** How far the bytes are judged. */
class Judged {
  /** The open containers: what each takes next, and how many items are still to come (dicts end by a code instead). */
  readonly takes = new Uint8Array(MOST_DEPTH + 1)
  readonly left = new Int32Array(MOST_DEPTH + 1)
  depth = 0
  at = 0
  nodes = 0
  hasReference = false

  /** From the first byte. @throws WireError when they are not within the memory, or too many */
  from(bytes: Uint8Array, start: number, end: number, limits: WireLimits): this {
    if (!(start >= 0 && start <= end && end <= bytes.length))
      throw new WireError('the bytes are not within the memory')
    if (end - start > limits.bytes)
      throw new WireError(`${end - start} bytes, of ${limits.bytes} allowed`, 'bytes')
    this.at = start
    this.nodes = limits.nodes
    this.depth = 0
    this.hasReference = false
    this.takes[0] = ITEM
    this.left[0] = 1
    return this
  }
}

/** What judges in one go, and so is never in the middle of anything, does it here. */
const whole = new Judged()
/** Values judged in a step: some hundred microseconds'. */
const STEP = 10_000

const ENDS_EARLY = 'the bytes end within a value'

function lengthAt(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) throw new WireError(ENDS_EARLY)
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** A count of things of a byte at least, all of which are there: nothing is allocated on the word of a count. */
function countAt(bytes: Uint8Array, at: number, end: number): number {
  const count = lengthAt(bytes, at, end)
  // Without its sign a negative one is too large.
  if (count >>> 0 > end - at - 4) throw new WireError(ENDS_EARLY)
  return count
}

/**
 * Passes when `bytes` from `start` up to `end` are one value within `limits` and nothing else. Tells whether a reference is in it.
 * @throws WireError
 */
export function validate(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: WireLimits,
): boolean {
  pass(whole.from(bytes, start, end, limits), bytes, end, limits, Infinity)
  return whole.hasReference
}

/** As {@link validate}, of all the bytes and in steps; they must stay as they are until the last. */
export function* validating(bytes: Uint8Array, limits: WireLimits): Generator<void, void> {
  const judged = new Judged().from(bytes, 0, bytes.length, limits)
  while (!pass(judged, bytes, bytes.length, limits, STEP)) yield
}

/** Judges so many values more. Tells whether that was all. @throws WireError */
function pass(
  judged: Judged,
  bytes: Uint8Array,
  end: number,
  limits: WireLimits,
  most: number,
): boolean {
  const mostDepth = Math.min(limits.depth, MOST_DEPTH)
  const { takes, left } = judged
  let { at, nodes, depth } = judged
  const pause = nodes - most
  for (;;) {
    if (nodes <= pause) {
      Object.assign(judged, { at, nodes, depth })
      return false
    }
    const role = takes[depth]!
    if (at >= end) throw new WireError(ENDS_EARLY)
    const code = bytes[at++]!
    if (role === KEY && code === Code.END) depth--
    else {
      if (--nodes < 0) throw new WireError(`more than ${limits.nodes} parts`, 'nodes')
      if (role < KEY) left[depth]!--
      else takes[depth] = role === KEY ? VALUE_OF_KEY : KEY
      const after = afterScalar(code, bytes, at, end)
      if (after >= 0) at = after
      else {
        const inner = takenBy(code, role === HASHED_ITEM || role === KEY)
        let count = 0
        if (inner !== KEY) {
          count = countAt(bytes, at, end)
          at += 4
        }
        if (code === Code.TUPLE && count > 1 && bytes[at] === Code.REFERENCE) {
          at = afterReference(bytes, at + 1, end, count - 1, limits.references)
          judged.hasReference = true
        } else {
          if (depth >= mostDepth) throw new WireError(`nested deeper than ${mostDepth}`, 'depth')
          takes[++depth] = inner
          left[depth] = count
        }
      }
    }
    while (takes[depth]! < KEY && left[depth] === 0) {
      if (depth === 0) {
        if (at !== end) throw new WireError(at > end ? ENDS_EARLY : 'bytes after the value')
        return true
      }
      depth--
    }
  }
}

/** Where the scalar ends that begins with `code` and goes on at `at`; -1 where none begins so. */
function afterScalar(code: number, bytes: Uint8Array, at: number, end: number): number {
  switch (code) {
    case Code.NONE:
    case Code.TRUE:
    case Code.FALSE:
    case Code.ELLIPSIS:
      return at
    case Code.INT:
      return at + 4
    case Code.FLOAT:
      return at + 8
    case Code.COMPLEX:
      return at + 16
    case Code.BYTES:
    case Code.TEXT:
      return at + 4 + countAt(bytes, at, end)
    case Code.LONG:
      return afterLong(bytes, at, end)
    default:
      return -1
  }
}

/** What a container takes that begins with `code`. @throws WireError where none begins so, and where it is to be hashed and cannot be */
function takenBy(code: number, isHashed: boolean): number {
  switch (code) {
    case Code.TUPLE:
      return isHashed ? HASHED_ITEM : ITEM
    case Code.FROZENSET:
      return HASHED_ITEM
    case Code.LIST:
    case Code.SET:
    case Code.DICT:
      if (isHashed) throw new WireError('a key that cannot be hashed')
      return code === Code.DICT ? KEY : code === Code.SET ? HASHED_ITEM : ITEM
    default:
      throw new WireError(`no value begins with the byte ${code}`)
  }
}

/** Where the digits end, of the number whose count is at `at`: in range, and none too many. */
function afterLong(bytes: Uint8Array, at: number, end: number): number {
  const count = Math.abs(lengthAt(bytes, at, end))
  const from = at + 4
  const to = from + 2 * count
  if (count === 0 || to > end) throw new WireError(ENDS_EARLY)
  for (let high = from + 1; high < to; high += 2)
    if (bytes[high]! > 0x7f) throw new WireError('a digit out of range')
  if ((bytes[to - 1]! | bytes[to - 2]!) === 0) throw new WireError('a number with leading zeros')
  return to
}

/** Where a reference ends whose `count` fields begin at `at`: one of those accepted. */
function afterReference(
  bytes: Uint8Array,
  at: number,
  end: number,
  count: number,
  accepted: readonly string[],
): number {
  if (count > MOST_REFERENCE_FIELDS) throw new WireError('a reference of no known shape')
  let shape = ''
  for (let i = 0; i < count; i++) {
    if (at >= end) throw new WireError(ENDS_EARLY)
    const field = String.fromCharCode(bytes[at++]!)
    if (!REFERENCE_CODES.includes(field)) throw new WireError('a reference of no known shape')
    shape += field
    if (field === 'i') at += 4
    if (field === 'u') at += 4 + countAt(bytes, at, end)
  }
  if (at > end) throw new WireError(ENDS_EARLY)
  if (!accepted.includes(shape)) throw new WireError('a reference of no known shape')
  return at
}
