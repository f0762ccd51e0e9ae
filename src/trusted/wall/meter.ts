/**
 * What a call uses up of fuel and time, and what ends it there: the interpreter's own ticks.
 *
 * The interpreter counts its steps and calls {@link Budget} every so often; the clock is read at some of these ticks only, at
 * each while they are slow. Two guests that call each other have one meter. Time that never ticks (a long sort, one big
 * multiplication) is not bounded here: the watchdog ends it.
 */
import type { Clock } from './clock.js'
import type { CallLimits, GuestOptions } from './guest-options.js'
import type { Budget } from './imports.js'
import { Killed } from './killed.js'
import type { GuestOutput } from './output.js'

/** Ticks between two readings of the clock: at most 8 (a tick of slow steps is 51 of them), and 1 once steps are slow. */
const MOST_TICKS_UNREAD = 8
const SLOW_MS = 1
/** Between two pulses, in milliseconds. */
const PULSE_MS = 5
/** Made when a guest first sleeps: where there is no shared memory, none can. */
let sleeper: Int32Array | undefined

/**
 * The meter of all guests of one thread, for one call after another. Time that is over is thrown as {@link Killed} out
 * of a tick.
 */
export class Meter {
  readonly budget: Budget = { ticks: 0, fuel: Infinity, countdown: 1, look: () => this.#look() }
  #deadline = Infinity
  /** Ticks at which the slice ends. */
  #sliceEnd = Infinity
  #interval = 1
  #lastLook = 0
  #lastPulse = 0
  readonly #options: GuestOptions
  readonly #output: GuestOutput
  readonly #clock: Clock

  constructor(options: GuestOptions, output: GuestOutput, clock: Clock) {
    this.#options = options
    this.#output = output
    this.#clock = clock
  }

  /** A call begins, under these limits. */
  begin(limits: CallLimits): void {
    const { budget } = this
    budget.ticks = 0
    budget.fuel = limits.fuel ?? Infinity
    this.#deadline = limits.deadline ?? Infinity
    this.#sliceEnd = this.#options.sliced ? (limits.slice ?? Infinity) : Infinity
    this.#output.begin(limits.outputBytes ?? 1 << 20)
    this.#lastLook = this.#lastPulse = performance.now()
    budget.countdown = this.#interval = 1
  }

  /** The time that somebody else took is not the guest's: its deadline moves by as much. */
  waited(milliseconds: number): void {
    this.#deadline += milliseconds
  }

  /** Asks through the hatch. The time that the host takes to answer is not the guest's. */
  ask(hatch: NonNullable<GuestOptions['hatch']>, question: Uint8Array): Uint8Array {
    this.#output.flush()
    const asked = performance.now()
    const answer = hatch(question)
    this.waited(performance.now() - asked)
    return answer
  }

  /** Sleeps, no longer than the call may go on. */
  sleep(milliseconds: number): void {
    this.#output.flush()
    this.#clock.sleep(milliseconds, (wanted) => {
      const left = Math.max(0, this.#deadline - performance.now())
      sleeper ??= new Int32Array(new SharedArrayBuffer(4))
      Atomics.wait(sleeper, 0, 0, Math.min(wanted, left + 1))
    })
    this.#look()
  }

  /** Reads the clock, ends the guest when its time is over, and decides when to read again. */
  #look(): void {
    const now = performance.now()
    this.#interval =
      now - this.#lastLook > SLOW_MS ? 1 : Math.min(MOST_TICKS_UNREAD, this.#interval * 2)
    this.#lastLook = now
    if (now > this.#deadline) throw new Killed('wall')
    if (this.budget.ticks >= this.#sliceEnd) this.#slice()
    this.budget.countdown = Math.min(this.#interval, this.#sliceEnd - this.budget.ticks)
    if (now - this.#lastPulse < PULSE_MS) return
    this.#lastPulse = now
    this.#output.flush()
    if (this.#options.pulse !== undefined) this.#deadline += this.#options.pulse()
  }

  /** Stands still between two slices. */
  #slice(): void {
    this.#output.flush()
    const { ticks } = this.budget
    this.#sliceEnd = ticks + Math.max(1, this.#options.sliced!(ticks))
  }
}
