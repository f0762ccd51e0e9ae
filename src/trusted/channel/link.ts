/**
 * The host's end of a worker: sends it calls, one at a time, and believes nothing it says. A report that is ill-formed, out
 * of place, of another call, or beyond a limit ends the worker, and so does being late. However a worker ends, the call it
 * had is answered: nothing here rejects, throws or waits for ever because of what a guest or a worker does.
 */
import { ProtocolError } from './frames.js'
import {
  decodeReport,
  encodeFrame,
  type Beginning,
  type CallLimits,
  type CallUsage,
  type Command,
  type Done,
  type Ending,
  type Recipient,
  type Report,
} from './protocol.js'
import { Watchdog } from './watchdog.js'

/**
 * How long after its wall limit a call may go on before the worker is killed, in milliseconds. Within it the worker ends the
 * call itself, twice over (ticks, then `within`), and survives.
 */
const GRACE_MS = 120
/** How long a worker may take to start: one that stands still, or a command around it that hangs, is given up then. */
const START_MS = 30_000
/** Why it is gone then. */
export const DID_NOT_START = 'the worker did not start'
/** Why a worker is gone whose guest crashed: what broke the interpreter may have left more broken than its memory. */
export const RETIRED = 'its guest crashed'
/** How long it may take to put a call's memory in place, and to hand over what a call left; and longer for each megabyte. */
const HANDOVER_MS = 10_000
const HANDOVER_BYTES_A_MS = 20_000
/** The largest report but for a call's end: a piece of output is half of it. */
const SMALL_REPORT = 131_072
/** Room for the places of exceptions of trusted modules: 20 of them, each of 50 frames (host.py). */
const TRACES_BYTES = 1 << 20

/** One call of a guest. */
export interface Call {
  /** Default the guest. */
  readonly to?: Recipient
  readonly begin: Beginning
  readonly request: Uint8Array
  readonly limits: CallLimits
  readonly end: Ending
  /** Whether it may be {@link GuestWorker.pause}d; then a worker that is late is always killed. Default false. */
  readonly pausable?: boolean
  /** Files that are put into the guest's before it begins. */
  readonly files?: Uint8Array | undefined
  /** Most bytes of the files that come back; default none. */
  readonly filesBytes?: number | undefined
  /** What the guest writes, as it comes. Must not throw. */
  readonly onOutput?: (fd: 1 | 2, bytes: Uint8Array) => void
  /**
   * Answers what the guest asks of the host, so many steps of the interpreter after the call began. Must not throw or reject.
   * Null drops the call, which ends as killed. Without it a guest that asks is a forged worker.
   */
  readonly onAsk?: (
    question: Uint8Array,
    steps: number,
  ) => Uint8Array | null | Promise<Uint8Array | null>
  /** Fuel of its first slice; default: no slices. */
  readonly slice?: number
  /** It stands still, a slice having used up its fuel. Answers how much the next one has. Must not throw or reject. */
  readonly onSlice?: (fuel: number) => Promise<number>
  /** Time and chance that it is told again; from there on they are recorded. Default: neither. */
  readonly tape?: Uint8Array | null
}

/** The worker ended during the call, and took the guest with it. */
export interface Lost {
  readonly kind: 'lost'
  readonly reason: string
  /** False when the worker was gone before it began: the call may be made again elsewhere. */
  readonly begun: boolean
  readonly usage: CallUsage
}

/** What became of a call. */
export type Performed = Done | Lost

/** Something that serves one guest, somewhere: a jail process, a thread, or the caller's own thread. */
export interface GuestWorker {
  /** Resolves to true once it can perform, to false when it ended before. */
  readonly ready: Promise<boolean>
  /** Resolves with the reason when it is gone: no process or thread is left of it. */
  readonly ended: Promise<string>
  /** False from the moment that it ended or was killed. */
  readonly alive: boolean
  /** Gives it the memory that `base` stands for. */
  setBase(delta: Uint8Array): void
  /** One call; the next one may be made only when this one was answered. */
  perform(call: Call): Promise<Performed>
  /** Stops the call wherever it is, or lets it go on; the time in between is not counted. Only for a pausable call. */
  pause(paused: boolean): void
  /** Ends it at once, whatever it is doing. */
  kill(reason: string): void
}

/** What a {@link Link} needs of a process or a thread. */
export interface Channel {
  send(payload: Uint8Array<ArrayBuffer>): void
  /** Ends the other side by force. Called once. */
  kill(): void
  /** Stops the other side, or lets it go on. */
  pause(paused: boolean): void
  /** While held, the host's process stays alive for it. */
  hold(held: boolean): void
}

interface Pending {
  readonly id: number
  readonly call: Call
  /** When it began, which it is to be told of by then. */
  started: number
  watchdog: Watchdog
  pausedAt: number | undefined
  pausedMs: number
  readonly answer: (performed: Performed) => void
  written: number
  phase: 'beginning' | 'running' | 'ended'
  asking: boolean
  /** How long its questions have waited for their answers. */
  askedMs: number
}

export class Link implements GuestWorker {
  readonly ready: Promise<boolean>
  readonly ended: Promise<string>
  #setReady!: (ready: boolean) => void
  #setEnded!: (reason: string) => void
  #channel: Channel | undefined
  #pending: Pending | undefined
  #nextId = 1
  #reason: string | undefined
  #isReady = false
  #starting: Watchdog | undefined

  constructor() {
    this.ready = new Promise((resolve) => {
      this.#setReady = resolve
    })
    this.ended = new Promise((resolve) => {
      this.#setEnded = resolve
    })
  }

  /** Gives the link its channel, held until it is ready, and sends the setup; what arrives goes to {@link receive}, the end to {@link close}. */
  connect(channel: Channel, setup: Uint8Array<ArrayBuffer>, startMs = START_MS): void {
    this.#channel = channel
    this.#starting = new Watchdog(startMs, () => this.kill(DID_NOT_START))
    channel.hold(true)
    channel.send(setup)
  }

  /** The largest report that may come now: a forged one is not to fill the host's memory first. */
  get mostBytes(): number {
    const call = this.#pending?.call
    if (!call) return SMALL_REPORT
    if (call.end === 'capture') return Infinity
    const { responseBytes, memoryBytes } = call.limits
    const answer = TRACES_BYTES + responseBytes + (call.filesBytes ?? 0)
    // What a guest asks is in its memory.
    return SMALL_REPORT + Math.max(answer, call.onAsk ? memoryBytes : 0)
  }

  get alive(): boolean {
    return this.#reason === undefined
  }

  setBase(delta: Uint8Array): void {
    if (this.alive) this.#channel?.send(encodeFrame({ kind: 'base', delta }))
  }

  perform(call: Call): Promise<Performed> {
    if (this.#pending) throw new Error('a worker performs one call at a time')
    const started = performance.now()
    if (this.#reason !== undefined)
      return Promise.resolve({
        kind: 'lost',
        reason: this.#reason,
        begun: false,
        usage: used(started, 0),
      })
    const id = this.#nextId++
    const { to = 'guest', begin, request, limits, end, pausable = false } = call
    const asks = call.onAsk !== undefined
    const { tape = null, slice = null } = call
    const frame = encodeFrame({
      kind: 'perform',
      id,
      to,
      begin,
      request,
      limits,
      end,
      pausable,
      asks,
      slice,
      tape,
      files: call.files ?? null,
    })
    return new Promise((answer) => {
      const watchdog = new Watchdog(patience(frame.length), () =>
        this.kill('the worker did not begin'),
      )
      this.#pending = {
        id,
        call,
        started,
        watchdog,
        answer,
        pausedAt: undefined,
        pausedMs: 0,
        written: 0,
        phase: 'beginning',
        asking: false,
        askedMs: 0,
      }
      this.#channel?.hold(true)
      this.#channel?.send(frame)
    })
  }

  pause(paused: boolean): void {
    const pending = this.#pending
    if (!pending?.call.pausable || paused === (pending.pausedAt !== undefined)) return
    if (paused) {
      pending.pausedAt = performance.now()
      pending.watchdog.pause()
    } else {
      pending.pausedMs += performance.now() - pending.pausedAt!
      pending.pausedAt = undefined
      if (!pending.asking) pending.watchdog.resume()
    }
    this.#channel?.pause(paused)
  }

  kill(reason: string): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#starting?.stop()
    this.#setReady(false)
    this.#channel?.kill()
    const pending = this.#pending
    if (pending)
      this.#settle({
        kind: 'lost',
        reason,
        begun: pending.phase !== 'beginning',
        usage: usedBy(pending),
      })
    this.#channel?.hold(true) // its end is near, and who waits for it (close) must see it
  }

  /** A payload arrived. */
  receive(payload: Uint8Array): void {
    if (!this.alive) return
    try {
      this.#obey(decodeReport(payload))
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.kill(`the worker broke the protocol: ${error.message}`)
    }
  }

  /**
   * The other side is gone. One that was to end a call at its limit, and could only end itself, did so; where `cutOff` says
   * it, its clock is believed: the host's thread may have been busy when the call began.
   */
  close(reason: string, cutOff = false): void {
    const pending = this.#pending
    if (pending?.phase === 'running') {
      const usage = usedBy(pending)
      const wallMs = Math.max(usage.wallMs, cutOff ? pending.call.limits.wallMs : 0)
      const isOver = wallMs >= pending.call.limits.wallMs
      if (isOver)
        this.#settle({
          kind: 'killed',
          id: pending.id,
          why: 'wall',
          usage: { ...usage, wallMs },
          detail: reason,
          tape: null,
        })
    }
    this.kill(reason)
    this.#setEnded(this.#reason ?? reason)
  }

  #obey(report: Report): void {
    if (report.kind === 'ready') {
      if (this.#isReady) throw new ProtocolError('ready twice')
      this.#isReady = true
      this.#starting?.stop()
      this.#channel?.hold(false)
      this.#setReady(true)
      return
    }
    const pending = this.#pending
    if (!pending || report.id !== pending.id)
      throw new ProtocolError(`"${report.kind}" of a call that is not running`)
    if (!IN_TURN[pending.phase].includes(report.kind))
      throw new ProtocolError(`"${report.kind}" out of turn`)
    if ('tape' in report && report.tape !== null && !pending.call.tape)
      throw new ProtocolError('a tape that nobody wanted')
    if (pending.asking) throw new ProtocolError(`"${report.kind}" while waiting for an answer`)
    switch (report.kind) {
      case 'begun': {
        const { wallMs } = pending.call.limits
        pending.phase = 'running'
        pending.started = performance.now()
        return watch(pending, pending.call.pausable ? wallMs : wallMs + GRACE_MS, () =>
          this.#late(),
        )
      }
      case 'ended': {
        const {
          call: { limits, end },
        } = pending
        pending.phase = 'ended'
        const size =
          limits.responseBytes +
          (pending.call.filesBytes ?? 0) +
          (end === 'capture' ? 2 * limits.memoryBytes : 0)
        return watch(pending, patience(size), () => this.kill('the worker did not answer'))
      }
      case 'output':
        if (report.bytes.length === 0) throw new ProtocolError('output of nothing')
        pending.written += report.bytes.length
        if (pending.written > pending.call.limits.outputBytes)
          throw new ProtocolError('more output than the limit')
        pending.call.onOutput?.(report.fd, report.bytes)
        return
      case 'sliced':
        if (pending.call.onSlice === undefined) throw new ProtocolError('a slice nobody asked for')
        return this.#suspend(
          pending,
          () => pending.call.onSlice!(report.fuel),
          (fuel) => ({
            kind: 'slice',
            id: pending.id,
            fuel,
          }),
        )
      case 'ask':
        return this.#ask(pending, report.question, report.steps)
      case 'done':
        if ((report.delta !== null) !== (pending.call.end === 'capture'))
          throw new ProtocolError('a delta out of place')
        if ((report.traces?.length ?? 0) > TRACES_BYTES)
          throw new ProtocolError('more traces than there are')
        if ((report.files?.length ?? 0) > (pending.call.filesBytes ?? 0))
          throw new ProtocolError('files out of place')
        if (report.response.length > pending.call.limits.responseBytes)
          throw new ProtocolError('a response over the limit')
        return this.#settle(timed(report, pending))
      case 'killed':
        this.#settle(timed(report, pending))
        if (report.why === 'crash') this.kill(RETIRED)
    }
  }

  #ask(pending: Pending, question: Uint8Array, steps: number): void {
    const { onAsk } = pending.call
    if (!onAsk) throw new ProtocolError('a question that this call cannot ask')
    this.#suspend<Uint8Array | null>(
      pending,
      () => onAsk(question, steps),
      (answer) => ({ kind: 'answer', id: pending.id, answer }),
    )
  }

  /** The worker waits for what `work` answers. The time that the host takes is not the guest's. */
  #suspend<T>(pending: Pending, work: () => T | Promise<T>, command: (answer: T) => Command): void {
    pending.asking = true
    const asked = performance.now()
    pending.watchdog.pause()
    const reply = (answer: T): void => {
      if (this.#pending !== pending) return
      pending.asking = false
      pending.askedMs += performance.now() - asked
      if (pending.pausedAt === undefined) pending.watchdog.resume()
      this.#channel?.send(encodeFrame(command(answer)))
    }
    const failed = (error: unknown): void =>
      this.kill(`the host failed to answer: ${String(error)}`)
    try {
      const answer = work()
      if (answer instanceof Promise) answer.then(reply, failed)
      else reply(answer)
    } catch (error) {
      failed(error)
    }
  }

  /**
   * Neither the ticks nor the worker's own watchdog ended the call; or the host's thread was busy, and the end has arrived
   * unread. What has arrived is read first.
   */
  #late(): void {
    const late = this.#pending
    setTimeout(() => {
      if (!late || this.#pending !== late || late.phase === 'ended') return
      this.#settle({
        kind: 'killed',
        id: late.id,
        why: 'wall',
        usage: usedBy(late),
        detail: 'the worker was killed',
        tape: null,
      })
      this.kill('killed at the wall limit')
    }, 0)
  }

  #settle(performed: Performed): void {
    const pending = this.#pending
    if (!pending) return
    this.#pending = undefined
    pending.watchdog.stop()
    if (pending.pausedAt !== undefined) this.#channel?.pause(false)
    this.#channel?.hold(!this.alive)
    pending.answer(performed)
  }
}

/** What may be said in which phase of a call. */
const IN_TURN: Readonly<Record<Pending['phase'], readonly Report['kind'][]>> = {
  beginning: ['begun'],
  running: ['output', 'sliced', 'ask', 'ended', 'killed'],
  ended: ['done', 'killed'],
}

const patience = (bytes: number): number => HANDOVER_MS + bytes / HANDOVER_BYTES_A_MS

function watch(pending: Pending, ms: number, bite: () => void): void {
  pending.watchdog.stop()
  pending.watchdog = new Watchdog(ms, bite)
  if (pending.pausedAt !== undefined) pending.watchdog.pause()
}

/** The worker's clock went on while it was stopped. */
function timed(report: Done, { pausedMs }: Pending): Done {
  return pausedMs === 0
    ? report
    : { ...report, usage: { ...report.usage, wallMs: Math.max(0, report.usage.wallMs - pausedMs) } }
}

function usedBy({ started, pausedMs, askedMs, pausedAt, written }: Pending): CallUsage {
  const now = performance.now()
  return used(started + pausedMs + askedMs + (pausedAt === undefined ? 0 : now - pausedAt), written)
}

/** What the host itself has seen of a call. */
function used(started: number, outputBytes: number): CallUsage {
  return { wallMs: performance.now() - started, fuel: 0, peakMemoryBytes: 0, outputBytes }
}
