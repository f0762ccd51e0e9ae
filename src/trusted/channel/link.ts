/**
 * The host's end of a worker: sends it calls, one at a time, and believes nothing it says. A report that is ill-formed, out
 * of place, of another call, or beyond a limit ends the worker, and so does being late. However a worker ends, the call it
 * had is answered: nothing here rejects, throws or waits for ever because of what a guest or a worker does.
 */
import { ProtocolError } from './frames.js'
import { answerFrame, decodeReport, encodeFrame, type Report } from './protocol.js'
import {
  frameOf,
  handedOver,
  inPlace,
  mostBytesOf,
  patience,
  timed,
  used,
  usedBy,
  watch,
  type Pending,
} from './under-way.js'
import { Watchdog } from './watchdog.js'
import {
  DID_NOT_START,
  RETIRED,
  type Call,
  type Channel,
  type GuestWorker,
  type Performed,
} from './worker.js'

/**
 * How long after its wall limit a call may go on before the worker is killed, in milliseconds. Within it the worker ends the
 * call itself, twice over (ticks, then `within`), and survives.
 */
const GRACE_MS = 120
/** How long a worker may take to start: one that stands still, or a command around it that hangs, is given up then. */
const START_MS = 30_000

/** The host's end of one worker. Once it was killed, every call is answered as lost. */
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
    return mostBytesOf(this.#pending?.call)
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
    const frame = frameOf(id, call)
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
      this.pause(!!call.paused)
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
    // A host that waits for the end of its workers must stay alive until this one is gone.
    this.#channel?.hold(true)
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
    const pending = inPlace(report, this.#pending)
    switch (report.kind) {
      case 'begun': {
        const { wallMs } = pending.call.limits
        pending.phase = 'running'
        pending.started = performance.now()
        return watch(pending, pending.call.pausable ? wallMs : wallMs + GRACE_MS, () =>
          this.#late(),
        )
      }
      case 'ended':
        pending.phase = 'ended'
        return watch(pending, patience(handedOver(pending.call)), () =>
          this.kill('the worker did not answer'),
        )
      case 'output':
        return pending.call.onOutput?.(report.fd, report.bytes)
      case 'sliced':
        if (pending.call.onSlice === undefined) throw new ProtocolError('a slice nobody asked for')
        return this.#suspend(
          pending,
          () => pending.call.onSlice!(report.fuel),
          (fuel) => [encodeFrame({ kind: 'slice', id: pending.id, fuel })],
        )
      case 'ask':
        return this.#ask(pending, report.question, report.steps)
      case 'done':
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
      (answer) =>
        answer === null
          ? [encodeFrame({ kind: 'answer', id: pending.id, answer })]
          : answerFrame(pending.id, answer),
    )
  }

  /** The worker waits for what `work` answers. The time that the host takes is not the guest's. */
  #suspend<T>(
    pending: Pending,
    work: () => T | Promise<T>,
    command: (answer: T) => Uint8Array<ArrayBuffer>[],
  ): void {
    pending.asking = true
    const asked = performance.now()
    pending.watchdog.pause()
    const reply = (answer: T): void => {
      if (this.#pending !== pending) return
      pending.asking = false
      pending.askedMs += performance.now() - asked
      if (pending.pausedAt === undefined) pending.watchdog.resume()
      this.#channel?.send(...command(answer))
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
