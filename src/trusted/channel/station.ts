/**
 * Serves one guest, or one and the trusted guest beside it: sets their memory to what a call begins with, makes the call under its limits, tells how it
 * ended, and puts the memory back for the next. The same in a jail, in a thread and in the caller's own thread.
 *
 * A guest that was killed is never used as it is: its next call begins with a reset, whatever the host asks for.
 */
import { Killed } from '../wall/killed.js'
import type { Command, Done, KillKind, Report, Setup } from './protocol.js'
import type { Guest } from '../wall/runtime.js'
import type { Guests, MakeGuests } from './guests.js'
import { TimedOut, type Within } from './watchdog.js'
import { Files } from '../files/files.js'
import { Errno } from '../wall/errno.js'
import { fileQuestions } from './file-questions.js'
import { decodeFileRows, decodeFilesSetup, encodeTaken, type Artifacts } from './mounts.js'
import { Questions, type Ask } from './questions.js'
import { encodeValue } from './values.js'

/** The other end, as a station sees it. */
export interface Peer {
  tell(report: Report): void
  readonly within: Within
  /** Bytes of the engine's stack, where it is not what workers are given. */
  readonly stackBytes?: number
  /** Stands still between two slices of a call, and tells the fuel of the next. */
  readonly slice?: (id: number, fuel: number) => number
  /** Called every few milliseconds of running guest; blocks while it is to pause. */
  readonly pulse?: () => number
  /** Absent where nobody can answer a guest that waits. */
  readonly ask?: Ask
}

/** A guest that had more memory is made anew, and its old memory given back where the process allows it. */
const GROWN_BYTES = 96 << 20

/** A response that is sent in no time. */
const SMALL_BYTES = 1 << 16

/** How long the run before the first may take; it takes 10 ms on a machine that has nothing else to do. */
const WARM_MS = 20_000

/** The command to make a call. */
type Perform = Extract<Command, { kind: 'perform' }>

/** The worker's end: performs one call after another, whatever became of the guest in the last. */
export class Station {
  readonly #guests: Guests
  readonly #files: Files | undefined
  readonly #artifacts: Artifacts | null
  readonly #questions: Questions
  /** Whether the call may ask the host. */
  #asks = false
  #base: Uint8Array | undefined
  /** What the memory is now, when it is known to be just that. */
  #memory: 'image' | 'base' | 'kept' | 'saved' | 'spoilt' = 'image'
  /** What calls go back to, and what the last one left: the same once another goes on with it. */
  #saved: Uint8Array | undefined
  #left: Uint8Array | undefined
  #call = 0

  constructor(
    make: MakeGuests,
    setup: Setup,
    private readonly peer: Peer,
  ) {
    const { ask } = peer
    const files = setup.files && decodeFilesSetup(setup.files)
    this.#artifacts = files?.artifacts ?? null
    const questions = new Questions(ask ?? nobody, () => this.#guests.guest.steps)
    this.#questions = questions
    if (files)
      this.#files = new Files(
        files.mounts,
        fileQuestions(
          () => (this.#asks && ask ? (question) => this.#askFiles(question) : undefined),
          () => this.#guests.guest.noted,
        ),
      )
    this.#guests = make({
      clock: setup.clock,
      random: setup.random,
      memoryBytes: setup.memoryBytes,
      ...(peer.stackBytes !== undefined && { stackBytes: peer.stackBytes }),
      onOutput: (fd, bytes) =>
        peer.tell({ kind: 'output', id: this.#call, fd, bytes: bytes.slice() }),
      ...(peer.pulse && { pulse: peer.pulse }),
      ...(peer.slice && { sliced: (fuel: number) => this.#slice(peer.slice!, fuel) }),
      ...(ask && { hatch: (question: Uint8Array) => questions.put(question)() }),
      files: this.#files,
    })
  }

  /**
   * Makes a run of trusted code, and ends another by force: what the runtime loads and compiles when it is first used is
   * there then, and no guest's time is spent on it, nor can a guest be ended in the middle of it.
   */
  warm(): void {
    const { within } = this.peer
    within(WARM_MS, () => this.#guests.guest.call(encodeValue({ op: 'warm' })))
    try {
      within(1, () => {
        for (;;);
      })
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error
    }
    this.#memory = 'spoilt'
    this.#restore('image')
  }

  /** What the guest wrote before is told before; and the host's time is not the guest's. */
  #askFiles(question: Uint8Array): () => Uint8Array {
    const { guest } = this.#guests
    const waiting = <T>(work: () => T): T => {
      const before = this.#questions.ms
      const answer = work()
      guest.waited(this.#questions.ms - before)
      return answer
    }
    guest.flush()
    const wait = waiting(() => this.#questions.put(question))
    return () => waiting(wait)
  }

  #slice(slice: NonNullable<Peer['slice']>, fuel: number): number {
    this.#questions.settle()
    return this.#questions.timed(() => slice(this.#call, fuel))
  }

  /** The memory that `base` stands for from now on. */
  setBase(delta: Uint8Array): void {
    this.#base = delta
    this.#restore('base')
  }

  /**
   * Makes one call and tells how it ended; then, the other end no longer waiting, saves or resets the memory. Throws
   * {@link TimedOut} when the call was ended by force and the peer was cut off in the middle of a report.
   */
  perform(command: Perform): void {
    const done = this.#perform(command)
    this.peer.tell(done)
    if (this.#memory === 'spoilt' || command.end === 'reset') this.#restore('base')
    else if (command.end === 'save') {
      this.#left = this.#guests.capture()
      this.#memory = 'saved'
    }
  }

  /** Lets `work` call the guest as it stands after a call that kept it. A guest that is ended thereby is reset. */
  direct<T>(work: (guest: Guest) => T): T {
    try {
      return this.#guests.around(() => work(this.#guests.guest))
    } catch (error) {
      if (!this.#guests.ready) {
        this.#memory = 'spoilt'
        this.#restore('base')
      }
      throw error
    }
  }

  #perform(command: Perform): Done {
    const { id, to, begin, request, limits, end, pausable, asks, unwatched, files } = command
    const { tape } = this.#guests.guest
    this.#call = id
    this.#asks = asks
    this.#questions.begin(id)
    let started = performance.now()
    let answer: ReturnType<Guests['call']> | undefined
    let delta: Uint8Array | null = null
    const usage = () => {
      const { fuel, peakMemoryBytes, outputBytes } = this.#guests.usage
      const wallMs = performance.now() - started - this.#questions.ms
      return { wallMs, fuel, peakMemoryBytes, outputBytes }
    }
    let begun = false
    try {
      this.#begin(begin, limits.memoryBytes)
      const isSaved = this.#memory === 'saved' && request.length === 0
      this.#memory = 'spoilt'
      if (files) this.#put(files)
      this.peer.tell({ kind: 'begun', id })
      begun = true
      started = performance.now()
      const work = (): void => {
        // Nothing is asked of it: its memory is put in place, or captured, as it is.
        if (request.length === 0) answer = { response: request, traces: null }
        else
          answer = this.#guests.call(to, request, {
            fuel: limits.fuel,
            ...(command.slice !== null && { slice: command.slice }),
            deadline: pausable ? Infinity : started + limits.wallMs,
            outputBytes: limits.outputBytes,
            responseBytes: limits.responseBytes,
            memoryBytes: limits.memoryBytes,
          })
      }
      tape.begin(command.tape)
      // The watchdog would cut off a guest that waits for an answer. One that asks is ended by its ticks and by the host.
      if (pausable || asks || unwatched) work()
      else this.peer.within(limits.wallMs + 1, work)
      this.#questions.settle()
      const used = usage()
      const told = { id, usage: used, tape: tape.end() }
      const { length } = answer!.response
      // A small response is sent at once: the host need not be told first that the guest is done.
      if (end === 'capture' || this.#artifacts !== null || length > SMALL_BYTES)
        this.peer.tell({ kind: 'ended', id })
      if (end === 'capture') {
        delta = isSaved ? this.#saved! : this.#guests.capture()
        this.#saved = undefined
      }
      this.#memory = 'kept'
      return { kind: 'done', ...told, ...answer!, delta, files: this.#taken() }
    } catch (error) {
      if (!begun) this.peer.tell({ kind: 'begun', id })
      if (error instanceof TimedOut) this.#guests.flush()
      return { kind: 'killed', id, usage: usage(), tape: tape.end(), ...reason(error) }
    }
  }

  /** Puts the host's files where they are to be. */
  #put(files: Uint8Array): void {
    for (const [path, bytes] of decodeFileRows(files)) {
      try {
        if (this.#files === undefined) throw new Errno('EROFS')
        this.#files.put(path, bytes)
      } catch (error) {
        if (!(error instanceof Errno)) throw error
        throw new Killed('crash', `${path} could not be put into the guest's files: ${error.code}`)
      }
    }
  }

  /** The files that come back. */
  #taken(): Uint8Array | null {
    if (this.#artifacts === null || this.#files === undefined) return null
    const { from, maxFiles, maxBytes } = this.#artifacts
    return encodeTaken(this.#files.taken(from, maxFiles, maxBytes))
  }

  #begin(begin: Perform['begin'], memoryBytes: number): void {
    if (begin !== 'keep' && begin !== 'saved') this.#saved = undefined
    if (begin === 'keep') {
      if (this.#memory === 'saved') this.#saved = this.#left ?? this.#saved
      else if (this.#memory !== 'kept') throw new Killed('crash', 'there is no memory to keep')
      // It grew in a call that might have more: of what is not in use, this one gets nothing.
      if (!this.#guests.fits(memoryBytes)) this.#guests.restore(this.#guests.capture(), memoryBytes)
    } else if (begin === 'saved') {
      if (!this.#saved) throw new Killed('crash', 'no memory was saved')
      this.#guests.restore(this.#saved, memoryBytes)
      this.#memory = 'saved'
    } else if (begin instanceof Uint8Array) this.#guests.restore(begin, memoryBytes)
    else this.#restore(begin === 'image' ? 'image' : 'base', memoryBytes)
    this.#left = undefined
  }

  #restore(target: 'image' | 'base', memoryBytes?: number): void {
    const wanted = target === 'base' && this.#base ? 'base' : 'image'
    if (this.#memory === wanted && this.#guests.fits(memoryBytes ?? Infinity)) return
    this.#memory = 'spoilt'
    const hadGrown = this.#guests.usage.peakMemoryBytes > GROWN_BYTES
    if (wanted === 'base') this.#guests.restore(this.#base!, memoryBytes)
    else this.#guests.reset(memoryBytes)
    this.#memory = wanted
    // The memory of the guest before is garbage, which nothing else in a jail would make room for.
    if (hadGrown) (globalThis as { gc?: () => void }).gc?.()
  }
}

const nobody: Ask = () => {
  throw new Killed('crash', 'nobody answers this guest')
}

function reason(error: unknown): { why: KillKind; detail: string } {
  if (error instanceof TimedOut) return { why: 'wall', detail: 'ended between two ticks' }
  const killed = Killed.from(error)
  return { why: killed.kind, detail: killed.detail }
}
