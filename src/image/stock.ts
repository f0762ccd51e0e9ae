/**
 * Stock Pyodide in this process, in a world in which nothing differs between two builds: clocks, randomness, `Date`, arguments.
 */

/** The instant at which every image is taken: the guest never sees it, but file times and caches hold it. */
const INSTANT = 1_700_000_000_000

type Module = Record<string, (...args: never[]) => unknown>
interface ImportObject {
  env: Module
  wasi_snapshot_preview1: Module
  'GOT.func': Record<string, WebAssembly.Global>
}
/** The instance that Pyodide made, and what it was made of. */
export interface Captured {
  imports: ImportObject
  instance: WebAssembly.Instance
  module: WebAssembly.Module
  /** Entries in the table of a fresh instance. */
  tableLength: number
}
interface Settings {
  instantiateWasm: (
    imports: ImportObject,
    done: (i: WebAssembly.Instance, m: WebAssembly.Module) => void,
  ) => unknown
}
/** What the build uses of Pyodide's own interface. No guest has it at run time. */
export interface Pyodide {
  runPython(code: string): unknown
  globals: { set(name: string, value: unknown): void }
  FS: {
    filesystems: { MEMFS: object }
    nextInode: number
    mkdirTree(path: string): void
    mount(kind: object, options: object, path: string): void
    unmount(path: string): void
    writeFile(path: string, data: string): void
  }
}
/** The interpreter, and the way back to how it was when it had been loaded, which takes a hundredth of the time. */
export interface Stock {
  readonly python: Pyodide
  readonly captured: Captured
  /** Puts memory, clock and randomness back, and empties {@link SOURCES}. */
  reset(): void
}

/** The interpreter's folder for files of ours. */
export const SOURCES = '/pyrestrict-source'

/** Fixes what JavaScript could tell Pyodide about this moment and this machine. */
export function fixTheWorld(): void {
  const RealDate = Date
  const fixed = function (this: unknown, ...args: [number]) {
    return args.length > 0 ? new RealDate(...args) : new RealDate(INSTANT)
  }
  Object.assign(globalThis, {
    Date: Object.assign(fixed, {
      now: () => INSTANT,
      UTC: RealDate.UTC,
      parse: RealDate.parse,
      prototype: RealDate.prototype,
    }),
    performance: { now: () => 1000, timeOrigin: INSTANT, mark() {}, measure() {} },
  })
  Math.random = () => 0.5
  // And what differs between versions of Node: the trampoline (which Pyodide leaves out on this one platform), the
  // language, stack switching.
  Object.defineProperty(globalThis, 'navigator', {
    value: { userAgent: 'iPhone', language: 'C' },
    configurable: true,
  })
  Object.defineProperty(process, 'version', { value: 'v0' })
  for (const name of ['Suspending', 'promising', 'Function'])
    Reflect.deleteProperty(WebAssembly, name)
  process.argv.splice(0, process.argv.length, '/python', '/python')
}

/** What the clock and the randomness of {@link fixImports} tell next. */
interface Moment {
  nanoseconds: bigint
  state: number
}

/** Replaces the imports through which wasm reads clocks and randomness by ones that always answer alike. */
function fixImports(imports: ImportObject, moment: Moment, memory: () => ArrayBuffer): void {
  const fixed: Record<string, (...args: number[]) => number> = {
    clock_time_get: (_id, _precision, out) => {
      moment.nanoseconds += 1000n
      new DataView(memory()).setBigInt64(out! >>> 0, moment.nanoseconds, true)
      return 0
    },
    emscripten_date_now: () => Number((moment.nanoseconds += 1000n) / 1_000_000n),
    emscripten_get_now: () => Number((moment.nanoseconds += 1000n) / 1000n) / 1000 - INSTANT,
    random_get: (pointer, length) => {
      const bytes = new Uint8Array(memory(), pointer! >>> 0, length! >>> 0)
      for (let i = 0; i < bytes.length; i++) {
        moment.state = (Math.imul(moment.state, 1103515245) + 12345) & 0x7fffffff
        bytes[i] = moment.state >> 16
      }
      return 0
    },
  }
  for (const module of [imports.env, imports.wasi_snapshot_preview1]) {
    for (const name of Object.keys(fixed)) if (name in module) module[name] = fixed[name]!
  }
}

/** Loads Pyodide in the fixed world, without letting it keep a single clock of its own, and keeps hold of the instance. */
export async function loadStock(): Promise<Stock> {
  const { loadPyodide } = (await import('pyodide')) as unknown as {
    loadPyodide(options: object): Promise<Pyodide>
  }
  const create = (
    (await import('pyodide/pyodide.asm.mjs' as string)) as { default: (s: Settings) => unknown }
  ).default
  let captured: Captured | undefined
  const memory = (): ArrayBuffer => (captured!.instance.exports.memory as WebAssembly.Memory).buffer
  const moment: Moment = { nanoseconds: BigInt(INSTANT) * 1_000_000n, state: 1 }
  const python = await loadPyodide({
    env: { PYTHONHASHSEED: '0', HOME: '/', PYTHONDONTWRITEBYTECODE: '1' },
    jsglobals: Object.create(null),
    createPyodideModule: (settings: Settings) => {
      const instantiate = settings.instantiateWasm
      settings.instantiateWasm = (imports, done) => {
        fixImports(imports, moment, memory)
        return instantiate(imports, (instance, module) => {
          const { length } = instance.exports.__indirect_function_table as WebAssembly.Table
          captured = { imports, instance, module, tableLength: length }
          done(instance, module)
        })
      }
      return create(settings)
    },
  })
  const { FS } = python
  FS.mkdirTree(SOURCES)
  const firstInode = FS.nextInode
  const mount = (): void => FS.mount(FS.filesystems.MEMFS, {}, SOURCES)
  mount()
  // What JavaScript keeps from its first call of Python on is there before the memory is kept.
  python.runPython('import sys')
  const [loaded, then] = [new Uint8Array(memory()).slice(), { ...moment }]
  const reset = (): void => {
    const bytes = new Uint8Array(memory())
    bytes.set(loaded)
    bytes.fill(0, loaded.length)
    Object.assign(moment, then)
    FS.unmount(SOURCES)
    FS.nextInode = firstInode
    mount()
  }
  return { python, captured: captured!, reset }
}
