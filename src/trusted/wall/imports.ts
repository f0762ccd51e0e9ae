/**
 * Everything the guest's WebAssembly can call. This file is the wall between the guest and the host: whatever the guest
 * does, even with a write into all of its memory, the functions below are all it reaches, with arguments of its choice.
 *
 * Each entry says why it is harmless. Whatever is not listed ends the call (a system call or file operation answers "not
 * supported" instead, so that Python can raise OSError). Pointers are unsigned and checked by the views they go through:
 * out of bounds is a RangeError, which `Killed.from` turns into a crash.
 */
import { MOST_PIECES } from './call-values.js'
import type { Clock, RandomSource } from './clock.js'
import { ERRNO } from './errno.js'
import type { GuestFiles } from './file-table.js'
import { Killed } from './killed.js'
import { fileImports } from './system-calls.js'

/** What a call may still use up. Two guests that call each other have one. */
export interface Budget {
  /** Polls so far in this call, and how many are allowed. */
  ticks: number
  fuel: number
  /** Ticks until `look` is due. */
  countdown: number
  /** Reads the real clock; throws Killed when the deadline has passed. */
  look(): void
}

/** What the imports work on; owned by a Guest, one per guest. */
export interface GuestState {
  memory: WebAssembly.Memory
  table: WebAssembly.Table
  readonly budget: Budget
  /** Most bytes the memory may have. */
  memoryBytes: number
  /** Set when the guest was denied memory in this call. */
  memoryDenied: boolean
  readonly clock: Clock
  readonly random: RandomSource
  /** Takes what the guest writes; throws Killed at the cap. */
  write(fd: 1 | 2, bytes: Uint8Array): void
  /** Lets time pass, no longer than the deadline. */
  sleep(milliseconds: number): void
  /** The host's side of the hatch, if the guest has one. */
  readonly hatch: ((request: Uint8Array) => Uint8Array) | undefined
  /** Its files, if it has any: then the table of system-calls.ts is added to what is below. */
  readonly files: GuestFiles | undefined
  /** An answer through the hatch that the guest has yet to take. */
  answer: Uint8Array | undefined
}

type Import = (...args: never[]) => number | bigint | void

/**
 * File descriptor of the hatch, by which the interpreter asks its worker (language/hatch.py). No other is open but stdout and
 * stderr. Only trusted Python holds `fcntl`.
 */
const HATCH = 1000
const HATCH_SLEEP = 1,
  HATCH_CALL = 2,
  HATCH_TAKE = 3

/** By how much memory grows at least: growing is dear, and the cap bounds it all the same. */
const GROWTH = 4 << 20
const RANDOM_CHUNK = 65_536

function allowedImports(state: GuestState): Record<string, Import> {
  const { budget } = state
  const view = (): DataView => new DataView(state.memory.buffer)

  /** Writes the calendar fields of a UTC second count as `struct tm`: arithmetic, into guest memory. */
  const calendar = (seconds: bigint, pointer: number): void => {
    const date = new Date(Number(seconds) * 1000)
    const year = date.getUTCFullYear()
    const yearDay = Math.floor((date.getTime() - new Date(0).setUTCFullYear(year)) / 86_400_000)
    const fields = [
      date.getUTCSeconds(),
      date.getUTCMinutes(),
      date.getUTCHours(),
      date.getUTCDate(),
      date.getUTCMonth(),
      year - 1900,
      date.getUTCDay(),
      yearDay,
      0,
      0,
    ]
    const out = view()
    fields.forEach((field, i) => out.setInt32((pointer >>> 0) + 4 * i, field, true))
  }

  /** The reverse: reads `struct tm`, writes it back normalized; -1 when no date is meant. */
  const fromCalendar = (pointer: number): bigint => {
    const memory = view()
    const [second, minute, hour, day, month, year] = [0, 1, 2, 3, 4, 5].map((i) =>
      memory.getInt32((pointer >>> 0) + 4 * i, true),
    ) as [number, number, number, number, number, number]
    const time =
      new Date(0).setUTCFullYear(year + 1900, month, day) +
      ((hour * 60 + minute) * 60 + second) * 1000
    if (Number.isNaN(time)) return -1n
    const seconds = BigInt(time / 1000)
    calendar(seconds, pointer)
    return seconds
  }

  const hatch = (operation: number, pointer: number): number => {
    const at = pointer >>> 0
    switch (operation) {
      case HATCH_SLEEP: {
        const seconds = view().getFloat64(at, true)
        if (!(seconds >= 0 && seconds <= 1e9)) return -ERRNO.EINVAL
        state.sleep(seconds * 1000)
        return 0
      }
      case HATCH_CALL: {
        if (state.hatch === undefined) return -ERRNO.ENOSYS
        const length = view().getUint32(at, true)
        state.answer = state.hatch(new Uint8Array(state.memory.buffer, at + 4, length).slice())
        budget.look()
        return state.answer.length
      }
      case HATCH_TAKE: {
        const answer = state.answer
        if (answer === undefined || view().getUint32(at, true) < answer.length) return -ERRNO.EINVAL
        new Uint8Array(state.memory.buffer, at + 4, answer.length).set(answer)
        state.answer = undefined
        return answer.length
      }
      default:
        return -ERRNO.EINVAL
    }
  }

  return {
    // Polled by the interpreter every 51 loop turns or calls. Counts, and throws when a limit is reached.
    _Py_CheckEmscriptenSignals_Helper: (): number => {
      if (budget.ticks >= budget.fuel) throw new Killed('fuel')
      budget.ticks++
      if (--budget.countdown <= 0) budget.look()
      return 0
    },
    // A call of a C function through another signature. The table holds functions of this very
    // module and the one of the door's slot (door.ts), which takes what it is given for forged.
    _PyEM_TrampolineCall_JS: (target: number, self: number, args: number, names: number): number =>
      (state.table.get(target) as (...values: number[]) => number)(self, args, names),
    // More memory, up to the cap; 0 makes malloc fail and Python raise MemoryError.
    emscripten_resize_heap: (wanted: number): number => {
      budget.look()
      const now = state.memory.buffer.byteLength
      const size = Math.min(state.memoryBytes, Math.max(wanted >>> 0, now + GROWTH))
      if (wanted >>> 0 > state.memoryBytes || size < now) {
        state.memoryDenied = true
        return 0
      }
      try {
        state.memory.grow(Math.ceil((size - now) / 65_536))
        return 1
      } catch {
        state.memoryDenied = true
        return 0
      }
    },
    emscripten_get_heap_max: (): number => state.memoryBytes | 0,
    // Clocks: the policy's, in steps of five microseconds.
    emscripten_date_now: (): number => Math.floor(state.clock.wall() / 1000),
    emscripten_get_now: (): number => state.clock.steady() / 1000,
    clock_time_get: (id: number, _precision: bigint, out: number): number => {
      const microseconds = id === 0 ? state.clock.wall() : state.clock.steady()
      view().setBigInt64(out >>> 0, BigInt(Math.floor(microseconds)) * 1000n, true)
      return 0
    },
    clock_res_get: (_id: number, out: number): number => {
      view().setBigInt64(out >>> 0, 5000n, true)
      return 0
    },
    // The guest lives in UTC.
    _localtime_js: calendar,
    _gmtime_js: calendar,
    _mktime_js: fromCalendar,
    _timegm_js: fromCalendar,
    _tzset_js: (): void => {},
    // Randomness into guest memory. The range is checked first; the clock is read between pieces.
    random_get: (pointer: number, length: number): number => {
      const target = new Uint8Array(state.memory.buffer, pointer >>> 0, length >>> 0)
      for (let at = 0; at < target.length; at += RANDOM_CHUNK) {
        state.random.fill(target.subarray(at, at + RANDOM_CHUNK))
        if (at > 0 && at % (16 * RANDOM_CHUNK) === 0) budget.look()
      }
      return 0
    },
    // Output: only stdout and stderr, few pieces, each within memory, all counted by `write`.
    fd_write: (fd: number, pieces: number, count: number, out: number): number => {
      if (fd !== 1 && fd !== 2) return ERRNO.EBADF
      if (count >>> 0 > MOST_PIECES) return ERRNO.EINVAL
      const memory = view()
      let total = 0
      for (let i = 0; i < count; i++) {
        const at = memory.getUint32((pieces >>> 0) + 8 * i, true)
        const length = memory.getUint32((pieces >>> 0) + 8 * i + 4, true)
        if (length === 0) continue
        state.write(fd, new Uint8Array(state.memory.buffer, at, length))
        total += length
      }
      memory.setUint32(out >>> 0, total, true)
      return 0
    },
    // Python asks what kind of file stdout is: of none that WASI names, as a pipe is, and so no terminal.
    fd_fdstat_get: (fd: number, out: number): number => {
      if (fd !== 1 && fd !== 2) return ERRNO.EBADF
      new Uint8Array(state.memory.buffer, out >>> 0, 24).fill(0)
      return 0
    },
    // The hatch: one descriptor, three operations.
    __syscall_ioctl: (fd: number, operation: number, args: number): number =>
      fd === HATCH ? hatch(operation, view().getUint32(args >>> 0, true)) : -ERRNO.EBADF,
    // Bookkeeping of a runtime that is not there.
    emscripten_runtime_keepalive_push: (): void => {},
    emscripten_runtime_keepalive_pop: (): void => {},
  }
}

/** The same and, for a guest that has files, the calls about them. What goes to stdout and stderr is no file's. */
function withFiles(allowed: Record<string, Import>, state: GuestState): Record<string, Import> {
  const { files, clock, budget } = state
  if (files === undefined) return allowed
  const calls = fileImports(
    {
      files,
      memory: () => state.memory.buffer,
      now: () => BigInt(Math.floor(clock.wall())) * 1000n,
    },
    () => budget.look(),
  )
  const output = allowed['fd_write'] as (...args: (number | bigint)[]) => number
  return {
    ...allowed,
    ...calls,
    fd_write: (fd: number, ...rest: number[]): number =>
      fd === 1 || fd === 2 ? output(fd, ...rest) : calls['fd_write']!(fd, ...rest),
  }
}

/** The whole import object of `module`: the table above, refusals for the rest, and the GOT's globals. */
export function createImports(
  module: WebAssembly.Module,
  state: GuestState,
  got: Readonly<Record<string, number>>,
): WebAssembly.Imports {
  const allowed = withFiles(allowedImports(state), state)
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {}
  for (const { module: space, name, kind } of WebAssembly.Module.imports(module)) {
    const target = (imports[space] ??= {})
    if (kind === 'global')
      target[name] = new WebAssembly.Global({ value: 'i32', mutable: true }, got[name] ?? -1)
    else if (Object.hasOwn(allowed, name)) target[name] = allowed[name] as WebAssembly.ImportValue
    else if (name.startsWith('__syscall_')) target[name] = () => -ERRNO.ENOSYS
    else if (name.startsWith('fd_')) target[name] = () => ERRNO.EBADF
    else
      target[name] = () => {
        throw new Killed('crash', `denied import ${name}`)
      }
  }
  return imports
}
