/**
 * The guest runtime alone: no language layer, full Python, and in the end a write into all of the guest's memory. Whatever
 * is tried, nothing of the host is reached: a probe either fails in Python or ends the guest.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createClock, createRandom } from '../src/trusted/wall/clock.js'
import { wasmPath, type LoadedImage } from '../src/platform/node/image.js'
import { createImports, type GuestState } from '../src/trusted/wall/imports.js'
import { Killed } from '../src/trusted/wall/killed.js'
import { Guest } from '../src/trusted/wall/runtime.js'
import { bare, BareGuest } from './support/images.js'

const MEMORY_WRITE = readFileSync(new URL('support/memory-write.py', import.meta.url), 'utf8')

let image: LoadedImage
let python: BareGuest
let folder: string
let server: Server
let connections = 0
beforeAll(async () => {
  image = bare()
  python = new BareGuest(image)
  folder = mkdtempSync(join(tmpdir(), 'wall-'))
  server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
beforeEach(() => {
  python.pristine()
})
afterAll(() => {
  rmSync(folder, { recursive: true })
  server.close()
})

/** How the guest ended, or the last line of what it raised, or 'returned'. */
function outcome(code: string): string {
  try {
    python.run(
      code,
      { marker: join(folder, 'marker'), port: (server.address() as AddressInfo).port },
      { deadline: performance.now() + 20_000 },
    )
    return 'returned'
  } catch (error) {
    return error instanceof Killed
      ? error.message
      : (error as Error).message.trim().split('\n').at(-1)!
  } finally {
    if (!python.guest.ready) python.guest.reset()
  }
}

const untouched = (): void => {
  expect(existsSync(join(folder, 'marker'))).toBe(false)
  expect(connections).toBe(0)
  expect((globalThis as { planted?: unknown }).planted).toBe(undefined)
  expect(python.run('result = 1 + 1')).toBe(2)
}

describe('what full Python tries', () => {
  test.each([
    [
      'os.system',
      'import os; os.system(f"touch {marker}")',
      'crash: denied import _emscripten_system',
    ],
    [
      'subprocess',
      'import subprocess; subprocess.run(["touch", marker])',
      'OSError: [Errno 138] emscripten does not support processes.',
    ],
    ['posix.fork', 'import posix; posix.fork()', 'OSError: [Errno 52] Function not implemented'],
    [
      'posix.execv',
      'import posix; posix.execv("/bin/touch", ["touch", marker])',
      'OSError: [Errno 45] Exec format error',
    ],
    [
      'writing a file',
      'open(marker, "w").write("x")',
      `OSError: [Errno 52] Function not implemented: 'MARKER'`,
    ],
    [
      'reading a file',
      'open("/etc/passwd").read()',
      "OSError: [Errno 52] Function not implemented: '/etc/passwd'",
    ],
    [
      'reading a descriptor',
      'import os\nfor fd in range(100): os.read(fd, 1)',
      'OSError: [Errno 8] Bad file descriptor',
    ],
    [
      'writing to a descriptor',
      'import os; os.write(3, b"x")',
      'OSError: [Errno 8] Bad file descriptor',
    ],
    ['listing', 'import os; os.listdir("/")', "OSError: [Errno 52] Function not implemented: '/'"],
    [
      'the environment',
      'import os; raise KeyError(sorted(set(os.environ) - {"HOME", "LANG", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONINSPECT", "USER", "LOGNAME", "PATH", "PWD", "_", "LD_LIBRARY_PATH"}))',
      'KeyError: []',
    ],
    [
      'sockets',
      'import socket\ns = socket.socket()\ns.connect(("127.0.0.1", port))',
      'OSError: [Errno 52] Function not implemented',
    ],
    [
      'name lookup',
      'import socket; socket.getaddrinfo("localhost", 80)',
      'crash: denied import getaddrinfo',
    ],
    [
      'threads',
      'import _thread; _thread.start_new_thread(print, ())',
      "RuntimeError: can't start new thread",
    ],
    [
      'signals',
      'import signal; signal.raise_signal(signal.SIGINT)',
      'crash: denied import __call_sighandler',
    ],
    ['exit', 'import os; os._exit(0)', 'crash: denied import proc_exit'],
    ['abort', 'import os; os.abort()', 'crash: denied import _abort_js'],
    ['mmap', 'import mmap; mmap.mmap(-1, 4096)', "ModuleNotFoundError: No module named 'mmap'"],
    [
      'js',
      'import js; js.eval("globalThis.planted = 1")',
      "ModuleNotFoundError: No module named 'js'",
    ],
    [
      'run_js',
      'import pyodide.code; pyodide.code.run_js("globalThis.planted = 1")',
      'crash: denied import',
    ],
    [
      'to_js',
      'import pyodide.ffi; pyodide.ffi.to_js([1]).constructor.constructor("globalThis.planted = 1")()',
      'crash: denied import',
    ],
    ['create_proxy', 'import pyodide.ffi; pyodide.ffi.create_proxy(print)', 'crash: denied import'],
    ['pyodide_js', 'import pyodide_js; pyodide_js.constructor', 'crash: denied import'],
    [
      'ctypes',
      'import ctypes; ctypes.CDLL(None).emscripten_run_script(b"globalThis.planted = 1")',
      'crash: denied import',
    ],
    ['ctypes.pythonapi', 'import ctypes; ctypes.pythonapi.Py_GetVersion()', 'crash: denied import'],
    ['callbacks', 'import ctypes; ctypes.CFUNCTYPE(None)(lambda: None)', 'crash: denied import'],
    [
      'dlopen',
      'import _imp, importlib.machinery as m\n_imp.create_dynamic(m.ModuleSpec("x", None, origin="/x.so"))',
      'crash: denied import',
    ],
    [
      'the loop of JavaScript',
      'import asyncio.events, pyodide.webloop; pyodide.webloop.WebLoop().call_later(0, print)',
      'crash: denied import',
    ],
  ])('%s', (name, code, expected) => {
    const got = outcome(code).replaceAll(join(folder, 'marker'), 'MARKER')
    if (expected === 'crash: denied import')
      expect(got).toMatch(/^crash: denied import \w+$|^crash: RuntimeError: |^\w+Error: /)
    else expect([name, got]).toEqual([name, expected])
    untouched()
  })

  test('a walk over every module, calling everything public without arguments', () => {
    python.run(`
import sys
todo = [(name, key) for name, module in sorted(sys.modules.items()) if 'pyodide' not in name for key in sorted(vars(module)) if callable(vars(module)[key]) and key[0] != '_']`)
    const size = python.run('result = len(todo)') as number
    const delta = python.guest.capture()
    expect(size).toBeGreaterThan(3000)
    let at = 0,
      ends = 0
    while (at < size) {
      try {
        at = python.run(
          `
progress = [at]
def called():
    for i in range(at, min(at + 400, len(todo))):
        progress[0] = i + 1
        print(i + 1)
        try: vars(sys.modules[todo[i][0]])[todo[i][1]]()
        except BaseException: pass
called()
result = min(at + 400, len(todo))`,
          { at },
          { deadline: performance.now() + 5000, fuel: 20_000, outputBytes: 1 << 22 },
        ) as number
      } catch (error) {
        if (!(error instanceof Killed)) throw error
        ends++
        at = Number(
          python.output
            .trim()
            .split('\n')
            .filter((line) => /^\d+$/.test(line))
            .at(-1) ?? at + 1,
        )
      }
      python.output = ''
      python.guest.restore(delta)
    }
    expect(ends).toBeGreaterThan(3)
    untouched()
  }, 120_000)
})

describe('what a write into all memory tries', () => {
  test('the write works, or the rest proves nothing', () => {
    expect(
      python.run(`${MEMORY_WRITE}\nx = (1, 2)\npoke(id(x) + 8, 1)\nresult = [len(x), len(memory)]`),
    ).toEqual([1, 2 ** 31 - 1])
  })

  test('a builtin turned into os.system', () => {
    expect(
      outcome(`${MEMORY_WRITE}
import os
poke(peek(id(print) + 8) + 4, peek(peek(id(os.system) + 8) + 4))
print(f"touch {marker}")`),
    ).toBe('crash: denied import _emscripten_system')
    untouched()
  })

  test('a builtin turned into any function of the table', () => {
    const delta =
      (python.run(
        `${MEMORY_WRITE}\nvictim = peek(id(print) + 8) + 4\nmethod = peek(peek(id(print) + 8) + 8)`,
      ),
      python.guest.capture())
    const length = 8733
    const ends: Record<string, number> = {}
    // A fixed choice of the table, spread over all of it; the whole takes minutes.
    for (let index = 3; index < length; index += 61) {
      python.guest.restore(delta)
      let end = 'returned'
      try {
        python.run(
          'poke(victim, index)\nprint("touch " + marker)',
          { index, marker: join(folder, 'marker') },
          { deadline: performance.now() + 500, fuel: 2000, memoryBytes: 64 << 20 },
        )
      } catch (error) {
        end = error instanceof Killed ? error.kind : 'raised'
      }
      ends[end] = (ends[end] ?? 0) + 1
    }
    expect(
      Object.keys(ends).every((end) =>
        ['returned', 'raised', 'crash', 'wall', 'fuel', 'output', 'memory', 'response'].includes(
          end,
        ),
      ),
    ).toBe(true)
    expect(ends.crash).toBeGreaterThan(10)
    python.guest.reset()
    untouched()
  }, 120_000)

  test.each([
    ['bytes of two gigabytes', 'poke(id(data) + 8, 0x7fffffff)', 'response'],
    ['bytes of minus one', 'poke(id(data) + 8, 0xffffffff)', 'crash'],
    ['bytes longer than allowed', 'poke(id(data) + 8, 3_000_000)', 'response'],
    ['an object of no type', 'poke(id(data) + 4, 0)', 'crash'],
    ['an object whose type is beyond memory', 'poke(id(data) + 4, 0x7ffffff0)', 'crash'],
  ])('a forged result: %s', (_name, poke, kind) => {
    // The entry's own code is replaced: the next call gets whatever the forger prepared.
    python.run(
      `${MEMORY_WRITE}
import sys
data = b'0123456789'
(lambda entry: setattr(entry, '__code__', (lambda request: data).__code__) or entry.__globals__.update(data=data))(sys._getframe(2).f_globals['_entry'])
${poke}`,
      {},
      {},
    )
    let caught: unknown
    try {
      python.guest.call(new Uint8Array(4), { responseBytes: 1 << 20 })
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(Killed)
    expect((caught as Killed).kind).toBe(kind)
    python.guest.reset()
    untouched()
  })

  test.each([
    ['an int', '7'],
    ['None', 'None'],
    ['a str', '"text"'],
    ['a bytearray', 'bytearray(3)'],
    ['nothing: it raises', '1 / 0'],
  ])('a result that is %s', (_name, value) => {
    python.run(
      `import sys\n(lambda e: setattr(e, '__code__', (lambda request: ${value}).__code__))(sys._getframe(2).f_globals['_entry'])`,
    )
    expect(() => python.guest.call(new Uint8Array(4))).toThrow(Killed)
    python.guest.reset()
    untouched()
  })

  test('an entry that is anywhere', () => {
    for (const entry of [0, 4, -1, 0x7fffffff, -0x80000000, image.image.facts.entry + 4]) {
      const guest = new Guest(image.wasm, {
        ...image.image,
        facts: { ...image.image.facts, entry },
      })
      expect(() => guest.call(new Uint8Array(4), { fuel: 1000 })).toThrow(Killed)
    }
  })

  test("the poll switched off: time is the watchdog's, and a reset brings the poll back", () => {
    python.run(
      `${MEMORY_WRITE}\nfor a in range(4096, ${image.image.facts.signalClock + 4096}, 4): pass`,
    )
    const { signalClock } = image.image.facts
    python.run(`poke(${signalClock}, 0x7fffffff)\nfor _ in range(10**6): pass`)
    expect(python.guest.usage.fuel).toBeLessThan(100)
    python.guest.reset()
    python.run('for _ in range(10**6): pass')
    expect(python.guest.usage.fuel).toBeGreaterThan(19_000)
  })
})

describe('the imports, called with anything', () => {
  const ALLOWED = [
    'fd_write',
    'fd_fdstat_get',
    'random_get',
    'clock_time_get',
    'clock_res_get',
    '_localtime_js',
    '_gmtime_js',
    '_mktime_js',
    '_timegm_js',
    '_tzset_js',
    'emscripten_resize_heap',
    'emscripten_get_heap_max',
    'emscripten_date_now',
    'emscripten_get_now',
    '__syscall_ioctl',
    '_PyEM_TrampolineCall_JS',
    '_Py_CheckEmscriptenSignals_Helper',
    'emscripten_runtime_keepalive_push',
    'emscripten_runtime_keepalive_pop',
  ]
  const module = (): WebAssembly.Module => new WebAssembly.Module(readFileSync(wasmPath()))
  const make = (written: {
    bytes: number
  }): { functions: Record<string, (...args: unknown[]) => unknown>; state: GuestState } => {
    const state: GuestState = {
      memory: new WebAssembly.Memory({ initial: 2, maximum: 4 }),
      table: new WebAssembly.Table({ initial: 4, element: 'anyfunc' }),
      ticks: 0,
      fuel: 1e6,
      countdown: 1,
      look() {},
      memoryBytes: 3 * 65_536,
      memoryDenied: false,
      clock: createClock({ fixed: 0 }),
      random: createRandom({ seed: 1 }),
      write: (_fd, bytes) => {
        written.bytes += bytes.length
      },
      sleep() {},
      hatch: () => new Uint8Array(9),
      answer: undefined,
    }
    const imports = createImports(image.wasm, state, {})
    return {
      functions: Object.assign({}, ...Object.values(imports)) as Record<
        string,
        (...args: unknown[]) => unknown
      >,
      state,
    }
  }

  test('are these, and all others refuse', () => {
    const { functions } = make({ bytes: 0 })
    const refused = (name: string): boolean => {
      if (ALLOWED.includes(name)) return false
      try {
        const errno = functions[name]!(0, 0, 0, 0)
        return errno === (name.startsWith('fd_') ? 8 : -52)
      } catch (error) {
        return error instanceof Killed && error.detail === `denied import ${name}`
      }
    }
    const names = WebAssembly.Module.imports(module())
      .filter(({ kind }) => kind === 'function')
      .map(({ name }) => name)
    expect(names.filter((name) => !refused(name)).sort()).toEqual([...ALLOWED].sort())
  })

  const word = fc.oneof(
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.nat(200_000),
    fc.constantFrom(0, 1, 2, 3, 1000, -1, 131_072, 131_064, 2 ** 31 - 1),
  )

  test('touch only guest memory, within it, and end in a number or a crash', () => {
    const written = { bytes: 0 }
    const { functions, state } = make(written)
    new Uint32Array(state.memory.buffer).forEach((_, i, words) => {
      words[i] = Math.imul(i, 2654435761)
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...ALLOWED),
        fc.array(word, { minLength: 4, maxLength: 4 }),
        (name, words) => {
          const wide = ['_localtime_js', '_gmtime_js'].includes(name)
          const args =
            name === 'clock_time_get'
              ? [words[0], 0n, words[2]]
              : wide
                ? [BigInt(words[0]!), words[1]]
                : words
          try {
            const value = functions[name]!(...args)
            expect(['number', 'bigint', 'undefined']).toContain(typeof value)
          } catch (error) {
            const { kind, detail } = Killed.from(error)
            expect(kind).toBe('crash')
            expect(detail).not.toBe('unknown')
          }
          expect(state.memory.buffer.byteLength).toBeLessThanOrEqual(3 * 65_536)
        },
      ),
      { numRuns: 5000 },
    )
    expect(written.bytes).toBeLessThan(5000 * 1024 * 131_072)
  })

  test('output: at most 1,024 pieces, each within memory; no empty ones delivered', () => {
    const written = { bytes: 0 }
    const { functions, state } = make(written)
    const memory = new DataView(state.memory.buffer)
    expect(functions.fd_write!(1, 0, 1025, 0)).toBe(28)
    expect(functions.fd_write!(1, 0, -1, 0)).toBe(28)
    expect(functions.fd_write!(0, 0, 1, 0)).toBe(8)
    expect(functions.fd_write!(3, 0, 1, 0)).toBe(8)
    expect(functions.fd_write!(1, 0, 1024, 8192)).toBe(0)
    expect(written.bytes).toBe(0)
    memory.setUint32(0, 131_070, true)
    memory.setUint32(4, 3, true)
    expect(() => functions.fd_write!(1, 0, 1, 8192)).toThrow(RangeError)
    memory.setUint32(4, 2, true)
    expect(functions.fd_write!(1, 0, 1, 8192)).toBe(0)
    expect(written.bytes).toBe(2)
    expect(() => functions.fd_write!(1, -8, 1, 8192)).toThrow(RangeError)
    expect(() => functions.fd_write!(1, 0, 1, -2)).toThrow(RangeError)
  })
})
