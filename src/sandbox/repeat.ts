/**
 * Calls that can be made again, with nothing done twice: a turn in whose middle a run ended as waiting, and a whole run that was
 * recorded. What a call does is decided by the memory it begins with, its request, what it reads of time and chance, and the answers
 * it gets. All of that is kept; the same question at the same step is answered from it, and any other is a departure.
 */
import { ArgumentError } from '../errors.js'
import type { Conversation } from '../trusted/broker/conversation.js'
import { Departed, Ledger, type Exchange } from '../trusted/broker/ledger.js'
import type { Call, Performed } from '../trusted/channel/worker.js'
import { validate } from '../trusted/channel/validate.js'
import { decodeValue, encodeValue, VALUES, type Value } from '../trusted/channel/values.js'
import { same } from '../trusted/wall/same.js'
import { STEPS_A_TICK } from '../trusted/wall/image-facts.js'
import type { Turns } from './turns.js'

/** One turn, as it is made: for the first time, or again. */
export interface Turn {
  /** The memory it begins with; undefined where that was not kept, and the turn cannot be made again. */
  readonly begin: Uint8Array | 'base' | undefined
  readonly request: Uint8Array
  readonly files?: Uint8Array | undefined
  /** Of the turn as it was made before. */
  readonly tape?: Uint8Array | undefined
  readonly exchanges?: readonly Exchange[]
}

/** A call of a run that was recorded, and how the next one begins. */
export interface RecordedCall {
  readonly tape: Uint8Array
  readonly exchanges: readonly Exchange[]
  /** What the program asked when it waited; null where it came to its end. */
  readonly asked: Uint8Array | null
  answers: Uint8Array
  elapsed: number
}

/** The calls of a run: to be recorded, or to be made again as they were. */
export interface Recorded {
  readonly calls: RecordedCall[]
  readonly isReplay: boolean
}

/** One call that is under way. */
export interface Repeat {
  readonly tape: Uint8Array | null
  readonly onAsk: Call['onAsk']
  /** How it departed from what was recorded. */
  readonly departure: string | undefined
  /** What was made so far of a turn that is dropped. */
  readonly made: (tape: Uint8Array | null) => Pick<Turn, 'tape' | 'exchanges'>
  /** The call has ended, and waits for `asked`. How it departed, if it did. */
  readonly ended: (performed: Performed, asked: Uint8Array | null) => string | undefined
}

/** The calls of one run. */
export class Repeats {
  #at = 0

  constructor(
    private readonly turns: Turns | undefined,
    private readonly recorded: Recorded | undefined,
  ) {}

  of(turn: Turn, fuelBefore: number): Repeat {
    const { turns, recorded } = this
    const told = recorded?.isReplay ? recorded.calls[this.#at++] : undefined
    const mayDrop = turns?.canRepeat === true && turn.begin !== undefined
    if (!mayDrop && !recorded) return plain(turns, fuelBefore)
    const ledger = new Ledger(told?.exchanges ?? turn.exchanges, told !== undefined)
    let departure: string | undefined
    const depart = (how: string): void => {
      departure ??= `the replay departed from what was recorded: ${how}`
    }
    return {
      tape: told?.tape ?? turn.tape ?? new Uint8Array(0),
      onAsk:
        turns &&
        ((question, steps) => {
          try {
            const known = ledger.next(steps, question)
            const answer = known?.[2]
            if (answer) return told ? turns.conversation.again(question, answer) : answer
            const put = (answered: Uint8Array | undefined): Uint8Array | null => {
              ledger.put(steps, question, answered ?? null)
              return answered ?? null
            }
            const fuel = fuelBefore + Math.floor(steps / STEPS_A_TICK)
            const how = { isTold: known !== undefined, canDrop: mayDrop && !ledger.isFull }
            const answered = turns.canWait
              ? turns.conversation.exchange(question, fuel, how)
              : turns.conversation.exchangeNow(question, fuel, how)
            return answered instanceof Promise ? answered.then(put) : put(answered)
          } catch (error) {
            if (!(error instanceof Departed)) throw error
            depart(difference(error, ledger, turns.conversation))
            return null
          }
        }),
      get departure() {
        return departure
      },
      made: (tape) => ({ tape: tape ?? undefined, exchanges: ledger.exchanges }),
      ended: (performed, asked) => {
        if (departure !== undefined || performed.kind === 'lost') return departure
        try {
          if (performed.kind === 'done') ledger.end()
        } catch (error) {
          if (!(error instanceof Departed)) throw error
          depart(difference(error, ledger, turns?.conversation))
        }
        if (told && performed.kind === 'done') {
          if (!performed.tape || !same(performed.tape, told.tape))
            depart('it reads of time and chance what it had not read')
          else if (told.asked === null ? asked !== null : !asked || !same(asked, told.asked))
            depart(
              asked ? 'it waits for what it had not waited for' : 'it ends where it had waited',
            )
        } else if (recorded && !told && performed.tape)
          recorded.calls.push({
            tape: performed.tape,
            exchanges: ledger.exchanges,
            asked,
            answers: NO_ANSWERS,
            elapsed: 0,
          })
        return departure
      },
    }
  }

  /** How a run that was recorded went on after the call that has ended; undefined for a new one. */
  next(): RecordedCall | undefined {
    return this.recorded?.isReplay ? this.recorded.calls[this.#at - 1] : undefined
  }

  /** How a run that is recorded goes on. */
  goOn(answers: Uint8Array, elapsed: number): void {
    const last = this.recorded?.calls.at(-1)
    if (last) [last.answers, last.elapsed] = [answers, elapsed]
  }
}

const NO_ANSWERS = encodeValue([])

/** A call that is made once. */
function plain(turns: Turns | undefined, fuelBefore: number): Repeat {
  return {
    tape: null,
    onAsk:
      turns &&
      ((question, steps) => {
        const fuel = fuelBefore + Math.floor(steps / STEPS_A_TICK)
        const answered = turns.canWait
          ? turns.conversation.exchange(question, fuel)
          : turns.conversation.exchangeNow(question, fuel)
        return answered instanceof Promise
          ? answered.then((answer) => answer ?? null)
          : (answered ?? null)
      }),
    departure: undefined,
    made: () => ({}),
    ended: () => undefined,
  }
}

function difference(
  { at, question }: Departed,
  ledger: Ledger,
  conversation: Conversation | undefined,
): string {
  const known = ledger.exchanges[at]
  const tell = (bytes: Uint8Array | undefined): string => {
    try {
      return bytes ? (conversation?.describe(bytes) ?? 'asks something') : 'asks nothing'
    } catch {
      return 'asks what cannot be read'
    }
  }
  const [now, then] = [tell(question), tell(known?.[1])]
  return now === then
    ? `question ${at + 1} of the turn: it ${now}, but at another step than in the record`
    : `question ${at + 1} of the turn: it ${now}, where it ${then} in the record`
}

const MAGIC = 'pyrestrict recording 1'

/** A recording as bytes. It holds whatever the run was answered. */
export function encodeRecording(calls: readonly RecordedCall[]): Uint8Array {
  const rows = calls.map(({ tape, exchanges, asked, answers, elapsed }) => [
    tape,
    exchanges,
    asked,
    answers,
    elapsed,
  ])
  return encodeValue([MAGIC, rows as unknown as Value], SIZE)
}

/**
 * The calls of a recording, read as if forged: the guest reads the answers in it as they are.
 * @throws ArgumentError for bytes that are none
 */
export function decodeRecording(recording: unknown): RecordedCall[] {
  if (!(recording instanceof Uint8Array))
    throw new ArgumentError('options.replay: a recording is bytes')
  try {
    const [magic, rows] = decodeValue(recording, { ...SIZE, bytes: recording.length }) as [
      string,
      [Uint8Array, Exchange[], Uint8Array | null, Uint8Array, number][],
    ]
    if (magic !== MAGIC) throw new Error('of another version')
    return rows.map(([tape, exchanges, asked, answers, elapsed]) => {
      for (const told of [answers, ...exchanges.map(([, , answer]) => answer!)])
        validate(told, 0, told.length, { ...VALUES, bytes: told.length })
      if (!(tape instanceof Uint8Array) || !(elapsed >= 0)) throw new Error('of another kind')
      return { tape, exchanges, asked, answers, elapsed }
    })
  } catch (error) {
    throw new ArgumentError(`options.replay: this is no recording: ${(error as Error).message}`)
  }
}

const SIZE = { bytes: 2 ** 32 - 1, nodes: 10_000_000, depth: 1_000 }
