/** Frames between host and worker: what one end encodes the other decodes, and everything else is refused, not guessed. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeValue, type Value } from '../src/trusted/channel/values.js'
import { FrameReader, headOf, ProtocolError } from '../src/trusted/channel/frames.js'
import {
  decodeCommand,
  decodeReport,
  encodeFrame,
  type Command,
  type Report,
} from '../src/trusted/channel/protocol.js'

const usage = { wallMs: 1.5, fuel: 3, peakMemoryBytes: 4, outputBytes: 5 }
const limits = {
  wallMs: 5_000,
  fuel: 2 ** 40,
  memoryBytes: 2 ** 28,
  outputBytes: 0,
  responseBytes: 9,
}
const bytes = (...values: number[]): Uint8Array => Uint8Array.of(...values)

const REPORTS: Report[] = [
  { kind: 'ready' },
  { kind: 'begun', id: 1 },
  { kind: 'output', id: 1, fd: 2, bytes: bytes(104, 105) },
  { kind: 'sliced', id: 2, fuel: 500 },
  { kind: 'ask', id: 2, question: bytes(), steps: 5 },
  {
    kind: 'done',
    id: 3,
    usage,
    response: bytes(1),
    delta: null,
    traces: null,
    tape: null,
    files: null,
  },
  {
    kind: 'done',
    id: 3,
    usage,
    response: bytes(1),
    delta: bytes(2),
    traces: bytes(3),
    tape: bytes(5),
    files: bytes(4),
  },
  { kind: 'killed', id: 4, usage, why: 'memory', detail: 'x', tape: null },
]
const COMMANDS: Command[] = [
  {
    kind: 'setup',
    clock: 'real',
    random: { seed: 7 },
    memoryBytes: 1 << 28,
    maxFrameBytes: 100,
    files: null,
  },
  {
    kind: 'setup',
    clock: { fixed: 1.7e12 },
    random: 'real',
    memoryBytes: 1 << 28,
    maxFrameBytes: 100,
    files: bytes(9),
  },
  { kind: 'base', delta: bytes(1) },
  { kind: 'answer', id: 1, answer: bytes(1) },
  { kind: 'answer', id: 1, answer: null },
  { kind: 'slice', id: 1, fuel: 9 },
  {
    kind: 'perform',
    id: 1,
    to: 'guest',
    begin: 'keep',
    request: bytes(),
    limits,
    end: 'capture',
    pausable: true,
    asks: false,
    unwatched: true,
    slice: null,
    tape: null,
    files: null,
  },
  {
    kind: 'perform',
    id: 1,
    to: 'host',
    begin: bytes(9),
    request: bytes(),
    limits,
    end: 'reset',
    pausable: false,
    asks: true,
    unwatched: false,
    slice: 500,
    tape: bytes(7),
    files: bytes(3),
  },
]
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, v: unknown) => (v instanceof Uint8Array ? { bytes: [...v] } : v)),
  )

describe('what one end encodes the other decodes', () => {
  test.each(REPORTS)('report $kind', (report) => {
    expect(plain(decodeReport(encodeFrame(report)))).toEqual(plain(report))
  })
  test.each(COMMANDS)('command $kind', (command) => {
    expect(plain(decodeCommand(encodeFrame(command)))).toEqual(plain(command))
  })
})

describe('forged frames', () => {
  const refuse = (value: Value) =>
    expect(() => decodeReport(encodeValue(value))).toThrow(ProtocolError)

  test('a field missing, left over, or of another type', () => {
    for (const report of REPORTS) {
      const fields = report as unknown as Record<string, Value>
      refuse({ ...fields, more: 1 })
      for (const name of Object.keys(fields)) {
        const { [name]: _, ...rest } = fields
        refuse(rest)
        refuse({ ...fields, [name]: [1] })
      }
    }
  })
  test('numbers that are no sizes', () => {
    for (const wrong of [-1, NaN, Infinity, 0.5, 2 ** 53, 2n ** 60n])
      refuse({ kind: 'ask', id: wrong, question: bytes(), steps: 5 })
    refuse({ kind: 'output', id: 1, fd: 3, bytes: bytes() })
    refuse({ kind: 'killed', id: 4, usage, why: 'because', detail: '', tape: null })
  })
  test('what is no object, nested deep, or holds more than a frame does', () => {
    for (const value of [null, 1, 'ready', [], new Map([[1, 2]]), new Set(['kind'])] as Value[])
      refuse(value)
    refuse({ kind: 'ready', more: [[[[[[]]]]]] })
    refuse({ kind: 'ready', more: Array.from({ length: 1_000 }, () => 'x') })
  })
  test('an inherited or special key is a key like any other', () => {
    refuse(
      new Map<Value, Value>([
        ['kind', 'ready'],
        ['__proto__', {}],
      ]),
    )
    refuse(new Map<Value, Value>([['__proto__', { kind: 'ready' }]]))
  })
  test('any bytes at all: a frame or a ProtocolError', () => {
    const decode = (payload: Uint8Array) => {
      for (const decoder of [decodeReport, decodeCommand]) {
        try {
          decoder(payload)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decode), { numRuns: 2_000 })
    const frames = [...REPORTS, ...COMMANDS].map(encodeFrame)
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.constantFrom(...frames), flips, fc.nat(), (frame, changes, cut) => {
        const forged = frame.slice(0, cut % 3 === 0 ? cut % (frame.length + 1) : frame.length)
        for (const [at, value] of changes) if (forged.length > 0) forged[at % forged.length] = value
        decode(forged)
      }),
      { numRuns: 3_000 },
    )
  })
  test('a long detail is cut', () => {
    const report = decodeReport(
      encodeFrame({
        kind: 'killed',
        id: 1,
        usage,
        why: 'crash',
        detail: 'x'.repeat(100_000),
        tape: null,
      }),
    )
    expect(report.kind === 'killed' && report.detail.length).toBe(2_000)
  })
})

describe('a stream of frames', () => {
  test('comes apart into the same frames wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 30 })),
        (payloads, cuts) => {
          const stream = Buffer.concat(
            payloads.flatMap((payload) => [
              headOf([payload.subarray(0, 3), payload.subarray(3)]),
              payload,
            ]),
          )
          const reader = new FrameReader(40)
          const got: number[][] = []
          let at = 0
          for (const cut of [...cuts, stream.length]) {
            for (const payload of reader.push(stream.subarray(at, at + cut))) got.push([...payload])
            at = Math.min(at + cut, stream.length)
          }
          expect(got).toEqual(payloads.map((payload) => [...payload]))
        },
      ),
    )
  })
  test('a length above the most is refused before its bytes come, and nothing is allocated for it', () => {
    const reader = new FrameReader(1_000)
    expect(() => reader.push(bytes(0xff, 0xff, 0xff, 0xff))).toThrow(ProtocolError)
    const patient = new FrameReader(2 ** 32 - 1)
    const before = process.memoryUsage().arrayBuffers
    expect(patient.push(bytes(0xff, 0xff, 0xff, 0xff, 1))).toEqual([])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20)
  })
})
