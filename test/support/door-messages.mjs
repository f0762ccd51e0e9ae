/** Messages of the door, at random: well-formed ones that ask for all sorts of things, and ones that are broken. */

const NAMES = [
  ...[
    'total',
    'balance',
    'status',
    'rows',
    'label',
    'each',
    'call',
    'steps',
    'later',
    'same',
    'fails',
    'lookup',
  ],
  ...[
    '_pin_attribute',
    '_hidden_object',
    '__dict__',
    '__class__',
    '__globals__',
    '__init__',
    '__reduce_ex__',
    'mro',
  ],
  ...[
    'gi_frame',
    'cr_await',
    'f_globals',
    '__code__',
    'ʼx',
    '',
    'format',
    'evaluate',
    'func',
    'args',
    'numerator',
  ],
  ...[
    'len',
    'iter',
    'next',
    'getitem',
    'add',
    'enter',
    'exit',
    'await',
    'eq',
    'hash',
    'str',
    'repr',
    'call',
    'instancecheck',
  ],
]
const CODES = [...'NTF.ilgysu([{<>0SScrtaAzZI:x\xf3\xe9'].map((c) => c.charCodeAt(0))

/** sfc-like; the same seed gives the same messages. */
export function random(seed) {
  let state = seed >>> 0
  return (most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * most)
  }
}

class Writer {
  out = []
  constructor(pick) {
    this.pick = pick
  }
  head(code, n) {
    this.out.push(code.charCodeAt(0), n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255)
  }
  text(value) {
    const bytes = new TextEncoder().encode(value)
    this.head('u', bytes.length)
    this.out.push(...bytes)
  }
  number(n) {
    this.head('i', n)
  }
  /** A number that may be an object's: most of those that exist are small. */
  object() {
    const { pick } = this
    return pick(10) === 0 ? pick(2 ** 32) - 2 ** 31 : pick(12)
  }
  reference(sender) {
    this.head('(', sender ? 3 : 2)
    this.out.push(0x53)
    this.number(this.object())
    if (sender) this.number(this.pick(3))
  }
  value(depth = 0) {
    const { pick } = this
    switch (pick(depth > 4 ? 6 : 12)) {
      case 0:
        return this.out.push(0x4e)
      case 1:
        return this.number(pick(2 ** 32) - 2 ** 31)
      case 2:
        return this.text(NAMES[pick(NAMES.length)])
      case 3:
        return this.reference(true)
      case 4:
        return this.reference(false)
      case 5:
        this.out.push(0x67)
        for (let i = 0; i < 8; i++) this.out.push(pick(256))
        return undefined
      case 6: {
        // Data by name.
        this.head('(', 2)
        this.head('(', 2)
        this.out.push(0x53)
        this.text(
          ['Decimal', 'date', 'datetime', 'Counter', 'deque', 'slice', 'class', 'range', 'x'][
            pick(9)
          ],
        )
        const n = pick(4)
        this.head('(', n)
        for (let i = 0; i < n; i++) this.value(depth + 1)
        return undefined
      }
      case 7: {
        const n = pick(3)
        this.out.push(0x7b)
        for (let i = 0; i < n; i++) {
          this.text(NAMES[pick(NAMES.length)])
          this.value(depth + 1)
        }
        return this.out.push(0x30)
      }
      default: {
        const n = pick(4)
        this.head('([<>'[pick(4)], n)
        for (let i = 0; i < n; i++) this.value(depth + 1)
        return undefined
      }
    }
  }
  tuple(...parts) {
    this.head('(', parts.length)
    for (const part of parts) part()
  }
}

/** [operation, message] of a question that the guest's side might ask, with arguments at random. */
export function question(pick) {
  const w = new Writer(pick)
  const n = () => w.number(w.object())
  const value = () => w.value()
  const name = () => w.text(NAMES[pick(NAMES.length)])
  const many = () => {
    const count = pick(3)
    w.head('(', count)
    for (let i = 0; i < count; i++) w.value()
  }
  const kwargs = () => (pick(3) ? w.out.push(0x4e) : w.value())
  // One in eight gives a callable to one of the first methods: two of these call it, and the door is entered from both sides.
  if (pick(8) === 0) {
    const given = 1 + pick(2)
    const callables = () => {
      w.head('(', given)
      for (let i = 0; i < given; i++) {
        w.head('(', 3)
        w.out.push(0x53)
        w.number(1 + pick(3))
        w.number(pick(4))
      }
    }
    w.tuple(
      () => w.number(pick(3)),
      () => w.number(pick(5)),
      callables,
      () => w.out.push(0x4e),
    )
    return [1, Uint8Array.from(w.out)]
  }
  const operation = pick(pick(20) ? 12 : 15)
  switch (pick(6) === 0 ? 99 : operation) {
    case 0:
      w.tuple(n, many, kwargs)
      break
    case 1:
      w.tuple(n, () => w.number(pick(20)), many, kwargs)
      break
    case 2:
      w.tuple(n, name)
      break
    case 3:
      w.tuple(n, name, value)
      break
    case 4:
      w.tuple(n, name, many)
      break
    case 5:
      w.tuple(n, () => w.number(pick(50)))
      break
    case 9: {
      w.head('(', 1)
      w.head('[', 1)
      w.tuple(n, () => w.number(pick(3)))
      break
    }
    case 99:
      many()
      break
    default:
      w.tuple(n)
  }
  return [operation, Uint8Array.from(w.out)]
}

/** The message with some of its bytes changed, taken out, doubled or put in. */
export function mutated(pick, message) {
  const bytes = [...message]
  for (let k = 1 + pick(3); k > 0; k--) {
    const at = pick(bytes.length + 1)
    switch (pick(5)) {
      case 0:
        bytes[at] = pick(256)
        break
      case 1:
        bytes.splice(at, 1 + pick(4))
        break
      case 2:
        bytes.splice(at, 0, CODES[pick(CODES.length)])
        break
      case 3:
        bytes.splice(at, 0, ...bytes.slice(at, at + pick(20)))
        break
      default:
        bytes[at] = CODES[pick(CODES.length)]
    }
  }
  return Uint8Array.from(bytes, (byte) => byte ?? 0)
}
