/** The conversation that one run has with its host: what the host grants and gives, joined to the broker that judges it. */
import type { Limits } from '../policy/limits.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { Broker } from '../trusted/broker/broker.js'
import { callEffects, Objects } from '../trusted/broker/calls.js'
import { resolveModules } from './own-modules.js'
import { Capability } from '../trusted/broker/capability.js'
import { Conversation } from '../trusted/broker/conversation.js'
import { EVALUATE, evaluateEffect, type CompileText } from '../trusted/broker/evaluate.js'
import { stdinEffect, type Readable } from '../trusted/broker/stdin.js'
import { networkEffect } from '../trusted/network/network.js'
import { GuestError, type Counts, type Effect, type Position } from '../trusted/broker/effect.js'
import { decode } from '../trusted/channel/decode.js'
import { encode, type Field, type Outward } from '../trusted/channel/encode.js'
import { Room } from '../trusted/channel/scalars.js'
import { INWARD, instead, PyValue, VALUES } from '../trusted/channel/values.js'
import type { GuestFunction } from '../trusted/broker/callbacks.js'
import type { HostSide } from './effects.js'

/** The class of the guest's end of an object: as its type, an object of the host's comes back. */
const HOST_OBJECT = 'HostObject'
/** A function that the guest lends, told by its place. */
const GUEST_FUNCTION = 'GuestFunction'
/** How deep an answer may nest. */
const DEPTH = 1_000

const NOTHING: HostSide = {
  granted: {},
  errors: {},
  approve: undefined,
  onEffect: undefined,
  asks: false,
  network: undefined,
  modules: resolveModules(),
  told: {},
  names: [],
}

/** What of an answer is not its bytes, and the most that a read is given at once. */
const ANSWER_SLACK = 64
const MOST_PIECE = 1 << 20
/** A piece of a file, and what is around it. */
const FILE_QUESTION_BYTES = MOST_PIECE + 65_536

/** @internal What one run's conversation depends on. */
interface Conversing {
  /** What the host grants; undefined when it grants nothing. */
  readonly host: HostSide | undefined
  /** What the run is given to read. */
  readonly input: Readable | undefined
  /** Compiles text that the guest evaluates, where the policy grants that. */
  readonly compile: CompileText | undefined
  readonly policy: ResolvedPolicy
  /** The effects of the host's files, for this run. */
  readonly files: ReadonlyMap<string, Effect>
  readonly limits: Limits
  /** Whether the worker can wait for an answer that comes later. */
  readonly canWait: boolean
  /** From a place of the guarded text to the source. */
  readonly position: (line: number, column: number, file: string) => Position | undefined
  /** Of the run that goes on; left out, a new one. */
  readonly counts?: Counts | undefined
}

/** @internal A new run's conversation, and the broker to close when it is over. */
export function converse(conversing: Conversing): {
  readonly conversation: Conversation
  readonly broker: Broker
  readonly encode: (value: unknown) => Uint8Array
  /** @throws WireError for a value that cannot be an answer. */
  readonly check: (value: unknown) => void
} {
  const { host = NOTHING, files, limits, position, counts } = conversing
  const objects = new Objects(host.granted)
  const bytes = limits.effectBytes
  const outward: Outward = (thing, isKey) =>
    thing instanceof Capability
      ? { fields: ['capability', JSON.stringify(objects.tell(thing))] }
      : instead(thing, isKey)
  const shape = { ...VALUES, references: ['uu'] }
  // An object that this run knows as a capability is never copied: what of it is not listed would be shown.
  const known = (value: object): Capability | undefined => objects.of(value)
  const write = (value: unknown): Uint8Array =>
    encode(value, { ...shape, bytes, depth: DEPTH }, outward, known)
  // Rows of answers, each of which was written and measured by itself before.
  const writeRows = (rows: unknown): Uint8Array =>
    encode(rows, { ...shape, depth: DEPTH + 3 }, outward, known)
  // What a guest is answered that waits on its stack is read before it asks again.
  const room = new Room()
  const writeAnswer = (rows: unknown): Uint8Array =>
    encode(rows, { ...shape, depth: DEPTH + 3 }, outward, known, room)
  const effects = effectsOf(conversing, objects)
  const broker = new Broker({
    counts: counts ?? { run: crypto.randomUUID(), seq: 0, asked: new Map() },
    effects,
    limits,
    errors: new Set(Object.keys(host.errors)),
    approve: host.approve,
    onEffect: masked(host),
    after,
    encode: write,
  })
  const conversation = new Conversation({
    broker,
    decode: (encoded, lend) => read(encoded, objects, lend),
    encode: writeAnswer,
    position,
    now: () => performance.now(),
    after: (ms, then) => after(ms, then, true),
    pending: limits.pending,
    questionBytes: (effect) => (files.has(effect) ? FILE_QUESTION_BYTES : bytes),
  })
  return { conversation, broker, encode: writeRows, check: write }
}

/** The log, in which what a guest names has no secret: it may have got one from a function of the host's. */
function masked({ onEffect, network }: HostSide): HostSide['onEffect'] {
  if (onEffect === undefined || network === undefined || network.secrets.isEmpty) return onEffect
  const { secrets } = network
  return (event) => onEffect({ ...event, target: secrets.maskText(event.target) })
}

/** Every effect of a run, by the name under which the guest asks for it. A new one is a line here. */
function effectsOf(
  { host = NOTHING, input, compile, policy, files, limits, canWait }: Conversing,
  objects: Objects,
): ReadonlyMap<string, Effect> {
  const { waitMs: timeoutMs, compileMs, effectBytes: bytes } = limits
  const { granted, network } = host
  const { capabilities, network: rules } = policy
  const most = Math.min(bytes - ANSWER_SLACK, MOST_PIECE)
  const effects: [string, Effect | undefined][] = [
    ...callEffects({ granted, objects, rules: capabilities, timeoutMs }),
    ['request', rules && network && networkEffect({ ...network, rules, bytes, timeoutMs })],
    ['stdin', input && stdinEffect(input, { most, timeoutMs, canWait })],
    [EVALUATE, compile && evaluateEffect(compile, { compileMs, timeoutMs })],
    ...files,
  ]
  return new Map(effects.filter((entry): entry is [string, Effect] => entry[1] !== undefined))
}

/** A value of the guest's, in which an object of the host's is that object again, and a function one that can be called. */
function read(
  encoded: Uint8Array,
  objects: Objects,
  lend: ((place: number) => GuestFunction) | undefined,
): unknown {
  return decode(
    encoded,
    { ...VALUES, bytes: encoded.length },
    {
      ...INWARD,
      reference: (fields: readonly Field[]) => {
        if (fields[0] === GUEST_FUNCTION)
          return lend?.(Number(fields[1])) ?? new PyValue('function', 'a function', true)
        if (fields[0] !== HOST_OBJECT) return INWARD.reference(fields)
        const object = objects.get(String(fields[1]))
        if (object === undefined)
          throw new GuestError('PermissionError', 'an object that this run was never given')
        if (object.isRevoked)
          throw new GuestError('PermissionError', 'an object to which access was taken back')
        // The capability itself, and not what it stands for: the host may hand it on, and nothing more is shown by that.
        return object
      },
    },
  )
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** A timer; one of a run that waits keeps the process alive, as a run does. */
function after(ms: number, then: () => void, isHeld = false): () => void {
  const timer = setTimeout(then, Math.min(Math.ceil(ms), LONGEST_TIMER_MS))
  if (!isHeld) timer.unref()
  return () => clearTimeout(timer)
}
