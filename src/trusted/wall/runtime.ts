/**
 * The guest runtime: CPython from `pyodide.asm.wasm` and a memory image, under imports of ours and no JavaScript of Pyodide's.
 *
 * Promises: whatever the guest does, `call` returns bytes or throws {@link Killed}, and nothing else happens; after `reset` the guest is
 * its image, whatever ran before; fuel does not depend on the machine. Time that never ticks (a long sort) is the watchdog's to end.
 *
 * All of a guest's state is its linear memory, four globals of the module, and what this class holds. No code here trusts
 * anything read from the memory: lengths and pointers are checked by the views they go through.
 * Its C stack ends before the engine's does: stack.ts says how large both have to be.
 */
import type { Exports } from './c-api.js'
import { bindSlot } from './slot.js'
import { createClock, createRandom } from './clock.js'
import { applyDelta, captureDelta, checkDelta, DeltaError, parted, withFiles } from './delta.js'
import type { CallLimits, DoorSlot, GuestOptions, GuestUsage } from './guest-options.js'
import { layOut, POLL_COUNTDOWN, STEPS_A_TICK, type GuestImage } from './image-facts.js'
import { createImports, type GuestState } from './imports.js'
import { Killed } from './killed.js'
import { Meter } from './meter.js'
import { bytesOf, contentsOf, heapEnd, readNote } from './guest-bytes.js'
import { GuestOutput } from './output.js'
import { boundStack, isStackWhole, toldStack } from './stack.js'
import { Tape } from './tape.js'
import { turnFrozen } from './thaw.js'

export type { CallLimits, GuestOptions, GuestUsage } from './guest-options.js'

const PAGE = 65_536
/** What a guest may have where nobody says how much. */
export const MEMORY_BYTES = 256 << 20
/** A guest whose memory grew beyond this is made anew, not wiped: instantiating is then the cheaper. */
const WIPE_BYTES = 96 << 20

/** One guest, pristine when it is made. A call that was {@link Killed} needs a reset or a restore after it. */
export class Guest {
  /** What it reads of time and chance. */
  readonly tape: Tape
  readonly #module: WebAssembly.Module
  readonly #image: GuestImage
  readonly #options: GuestOptions
  readonly #state: GuestState
  readonly #output: GuestOutput
  readonly #meter: Meter
  #exports!: Exports
  #door: DoorSlot | undefined
  #ready = false
  #age = 0
  /** Bytes of memory of a guest that was just made. */
  #fresh = 0
  /** What a restore would have needed that was refused. */
  #wanted = 0

  constructor(module: WebAssembly.Module, image: GuestImage, options: GuestOptions = {}) {
    this.#module = module
    this.#image = image
    this.#options = options
    const { beside } = options
    this.#output = beside ? beside.#output : new GuestOutput(options.onOutput)
    const { clock: time = 'real', random: chance = 'real' } = options
    this.tape = beside?.tape ?? new Tape(createClock(time), createRandom(chance))
    this.#meter = beside ? beside.#meter : new Meter(options, this.#output, this.tape.clock)
    this.#state = {
      memory: undefined as unknown as WebAssembly.Memory,
      table: undefined as unknown as WebAssembly.Table,
      budget: this.#meter.budget,
      memoryBytes: options.memoryBytes ?? MEMORY_BYTES,
      memoryDenied: false,
      clock: this.tape.clock,
      random: this.tape.random,
      write: (fd, bytes) => this.#output.write(fd, bytes),
      sleep: (milliseconds) => this.#meter.sleep(milliseconds),
      hatch: options.hatch && ((question) => this.#meter.ask(options.hatch!, question)),
      // A guest beside another is the host's own and has none.
      files: beside ? undefined : options.files,
      answer: undefined,
    }
    const { clock, files } = this.#state
    files?.attach(() => BigInt(Math.floor(clock.wall())) * 1000n)
    this.#instantiate()
  }

  /** What the last call used. */
  get usage(): GuestUsage {
    const { memoryDenied } = this.#state
    return {
      fuel: this.#meter.budget.ticks,
      peakMemoryBytes: Math.max(heapEnd(this.#exports), this.#wanted),
      outputBytes: this.#output.written,
      memoryDenied,
    }
  }

  /** Loop turns and calls of the guest's since its call began: the same program is at the same place after as many. */
  get steps(): number {
    const left = new Int32Array(this.#state.memory.buffer)[this.#image.facts.signalClock >> 2]!
    return Math.max(0, this.#meter.budget.ticks * STEPS_A_TICK + POLL_COUNTDOWN - left)
  }

  /** Where the guest says that it last asked for a file: line and column in the guarded text, and the text's file. */
  get noted(): readonly [line: number, column: number, file: string] | undefined {
    return readNote(this.#state.memory, this.#image.facts.note)
  }

  /** True when the guest may be called: false after a Killed, until it is reset or restored. */
  get ready(): boolean {
    return this.#ready
  }

  /** Changes whenever the memory is replaced: what was found in it before is then of no use. */
  get age(): number {
    return this.#age
  }

  /**
   * Hands `request` to the trusted entry (or to another of the image's functions) and returns its response (a copy).
   *
   * @throws Killed when a limit ends it or the interpreter cannot go on; reset or restore before the next call.
   */
  call(request: Uint8Array, limits: CallLimits = {}, entry = this.#image.facts.entry): Uint8Array {
    return this.enter(limits, (exports) => this.ask(exports, request, limits, entry))
  }

  /** The same, of a guest that is entered already. */
  ask(exports: Exports, request: Uint8Array, limits: CallLimits, entry: number): Uint8Array {
    const argument = bytesOf(exports, request)
    if (argument === 0) throw this.broken()
    const result = exports.PyObject_CallOneArg(entry, argument)
    exports.Py_DecRef(argument)
    if (result === 0) throw this.broken()
    return contentsOf(exports, result, limits.responseBytes ?? 64 << 20)
  }

  /**
   * Does `work` with the interpreter's own functions, under `limits`: what it throws, wasm or not, is a Killed. For code of
   * this folder that knows the C API; it checks every result for NULL.
   */
  enter<T>(limits: CallLimits, work: (exports: Exports) => T): T {
    if (!this.#ready) throw new Killed('crash', 'not reset since it was ended')
    this.#begin(limits)
    this.#ready = false
    try {
      const result = work(this.#exports)
      if (!isStackWhole(this.#exports)) throw new Killed('crash', 'the C stack overflowed')
      this.#output.flush()
      this.#ready = true
      return result
    } catch (error) {
      this.#output.flush()
      throw Killed.from(error)
    }
  }

  /** What NULL from the C API means: trusted code catches everything but the want of memory for its own answer. */
  broken(): Killed {
    return this.#state.memoryDenied ? new Killed('memory') : new Killed('crash', 'no answer')
  }

  /** The time that somebody else took is not the guest's: its deadline moves by as much. */
  waited(milliseconds: number): void {
    this.#meter.waited(milliseconds)
  }

  /** Delivers output that is still held: for whoever ends a call by force, from outside. */
  flush(): void {
    this.#output.flush()
  }

  /** Opens the guest's door: `slot` serves it from now on, in whatever instance the guest runs. */
  connect(slot: DoorSlot): void {
    this.#door = slot
    this.#bindDoor()
  }

  /**
   * Whether a call that may have so many bytes of memory gets no more than that. A memory that grew never shrinks, and is used
   * up to its end without anybody being asked.
   */
  fits(memoryBytes: number): boolean {
    return this.#state.memory.buffer.byteLength <= Math.max(memoryBytes, this.#fresh)
  }

  /**
   * Back to the image: the same interpreter that was never used. Clock and seeded randomness begin anew. The next call may
   * have `memoryBytes`; one that may have less begins with a reset of its own.
   */
  reset(memoryBytes = Infinity): void {
    const { clock, random, files } = this.#state
    this.#ready = false
    this.#age++
    files?.reset()
    if (this.#options.beside === undefined) {
      clock.restart()
      random.restart()
    }
    if (this.fits(Math.min(memoryBytes, WIPE_BYTES))) this.#fill()
    else this.#instantiate()
  }

  /**
   * The guest's memory as it is between two calls, for {@link Guest.restore}: what differs from the image.
   *
   * The bytes are memory: whoever can forge them needs no language to escape from. Authenticate what leaves the process.
   */
  capture(): Uint8Array {
    if (!this.#ready) throw new Killed('crash', 'not reset since it was ended')
    const { clock, random, memory, files } = this.#state
    const moment = { elapsed: clock.steady(), random: random.state() }
    this.#turnFrozen()
    const delta = captureDelta(this.#image, memory.buffer, heapEnd(this.#exports), moment)
    this.#turnFrozen()
    return withFiles(delta, files?.save())
  }

  /**
   * Back to what {@link Guest.capture} saw, in this guest or in another of the same image: its clock and its seeded
   * randomness go on where they stood, and its stack is bounded as this guest's is. The next call may have `memoryBytes`.
   *
   * @throws DeltaError when the bytes are not a delta of this image, Killed when they need more memory than the call may
   * have; the guest is as it was then.
   */
  restore(captured: Uint8Array, memoryBytes = this.#options.memoryBytes ?? MEMORY_BYTES): void {
    const [delta, saved] = parted(captured)
    const { size, elapsed, random } = checkDelta(this.#image, delta)
    this.#wanted = size
    if (size > Math.max(memoryBytes, this.#fresh)) throw new Killed('memory')
    this.reset(memoryBytes)
    this.#ready = false
    const { memory, clock, random: source, files } = this.#state
    if (saved !== undefined) {
      if (files === undefined) throw new DeltaError('files for a guest that has none')
      files.load(saved)
    }
    if (size > memory.buffer.byteLength) memory.grow((size - memory.buffer.byteLength) / PAGE)
    applyDelta(this.#image, delta, new Uint8Array(memory.buffer))
    if (this.#options.beside === undefined) {
      clock.restart(elapsed)
      source.restart(random)
    }
    this.#settle()
  }

  #bindDoor(): void {
    if (this.#door === undefined) return
    bindSlot(this.#state.table, this.#image.facts.door.slot, this.#door)
    this.#door.adopt(this.#exports)
  }

  /** A new instance of the interpreter, as its image. */
  #instantiate(): void {
    const { facts } = this.#image
    const imports = createImports(this.#module, this.#state, facts.got)
    const exports = new WebAssembly.Instance(this.#module, imports).exports as unknown as Exports
    this.#exports = exports
    this.#state.memory = exports.memory
    this.#state.table = exports.__indirect_function_table
    this.#bindDoor()
    const missing = Math.max(facts.size, facts.break) - exports.memory.buffer.byteLength
    if (missing > 0) exports.memory.grow(Math.ceil(missing / PAGE))
    this.#fresh = exports.memory.buffer.byteLength
    this.#fill()
  }

  /** The whole memory from the image, zeros beyond it (malloc takes fresh memory for zero), and the module's globals. */
  #fill(): void {
    const bytes = new Uint8Array(this.#state.memory.buffer)
    this.#exports._emscripten_tempret_set(0)
    this.#exports.emscripten_stack_init()
    layOut(this.#image, bytes)
    this.#settle()
  }

  /** A guest beside another is full Python: its classes can be changed, except while it is captured. */
  #turnFrozen(): void {
    if (this.#options.beside) turnFrozen(this.#image, this.#state.memory.buffer)
  }

  /** After the memory is in place. */
  #settle(): void {
    this.#turnFrozen()
    this.#exports._emscripten_stack_restore(this.#image.facts.stackPointer)
    const { stackBytes, beside } = this.#options
    const told = toldStack(stackBytes)
    // A guest beside another is called in the middle of the other's calls, on what is left.
    boundStack(this.#exports, beside ? told / 2 : told)
    this.#state.answer = undefined
    this.#wanted = 0
    this.#ready = true
  }

  #begin(limits: CallLimits): void {
    const state = this.#state
    state.memoryBytes = limits.memoryBytes ?? this.#options.memoryBytes ?? MEMORY_BYTES
    state.memoryDenied = false
    state.answer = undefined
    this.#wanted = 0
    // The countdown to the first poll is the same for every call, and so is the fuel of the same program.
    new Int32Array(state.memory.buffer)[this.#image.facts.signalClock >> 2] = POLL_COUNTDOWN
    if (this.#options.beside === undefined) this.#meter.begin(limits)
  }
}
