/** What a program is told that does at run time what no program may; docs/language.md has the table. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { awaitable, capability, createSandbox, type Sandbox } from '../src/index.js'
import { loadCPython } from './support/cpython.js'
import { refusalFiles } from './support/refused-at-run-time.js'

const ROOT = join(import.meta.dirname, '..')
const cases = refusalFiles().flatMap(({ file, cases }) => cases.map((one) => ({ file, ...one })))

let sandbox: Sandbox
beforeAll(async () => {
  const doc = { title: 'T' }
  sandbox = await createSandbox(
    { preset: 'agent', limits: { effectBytes: 100_000, pending: 1 } },
    {
      isolation: 'thread',
      workers: 1,
      spares: 0,
      capabilities: {
        doc: capability(doc, { read: ['title'] }),
        each: (f: (n: number) => unknown) => f(1),
        slow: awaitable(() => Promise.resolve(1)),
      },
    },
  )
})
afterAll(() => sandbox.close())

describe('it is told', () => {
  test.each(cases)('$file/$name', async ({ code, told }) => {
    const outcome = await sandbox.run(code)
    if (outcome.status !== 'raised')
      throw new Error(`${outcome.status}: ${JSON.stringify(outcome)}`)
    expect(`${outcome.exception.type}: ${outcome.exception.message}`).toBe(told)
  })
})

test('each says whom it would harm, and how', () => {
  const who =
    /^(?:the policy(?:: |, )|the (?:interpreter|reader)[^:]*: |the host's memory|the host, whose |the next program |nobody: )/
  expect(cases.filter(({ harms }) => !who.test(harms)).map(({ name }) => name)).toEqual([])
})

/** Texts that need no row, by why. */
const NO_ROW: Readonly<Record<string, readonly string[]>> = {
  "CPython's own: its C code puts them together of pieces": [
    '…() locals must be a mapping, not …',
    'globals must be a real dict; try eval(code, {}, mapping)',
    "descriptor 'format_map' for 'str' objects doesn't apply to a … object",
    'getattr() takes no keyword arguments',
    'getattr expected … arguments, got …',
    '… is not a module, class, method, or function.',
    'vars expected at most 1 argument, got …',
    'dir expected at most 1 argument, got …',
    'write() argument must be str, not …',
    'field … is declared with init=False, it cannot be specified with replace()',
    'InitVar … must be specified with replace()',
    'malformed node or string: …',
    'a callable object was expected, got …',
    'loop must be an event loop or None, got …',
    "There is no current event loop in thread 'MainThread'.",
    "type 'Context' is not an acceptable base type",
    'Invalid first argument to `register()`: …. Use either `@register(some_class)` or plain `@register` on an annotated function.',
    '… requires at least 1 positional argument',
    "the 'package' argument is required to perform a relative import for …",
    'Cannot enter catch_warnings() twice',
    'Cannot exit catch_warnings() without entering first',
    'You should not call an overloaded function. A series of @overload-decorated functions outside a stub module should always be followed by an implementation that is not @overload-ed.',
    'year must be in 1..9999, not …',
    "'…' object attribute 'split' is read-only",
    'id() takes exactly one argument (… given)',
    'input() takes no keyword arguments',
    'input expected at most 1 argument, got …',
    '(unicode error) …',
    '…() arg 1 must be a string, bytes or … object',
    'a class that defines __slots__ without defining __getstate__ cannot be pickled',
    "module 'builtins' has no attribute …",
  ],
  'Python refuses it too, in other words': [
    'expected a string, not …',
    'the name of an enumeration must be a string',
    'members of an enumeration are named by strings',
    'the name of a class must be a string',
    'expected a traceback',
    'a loop was expected, got …',
    'expected a namespace',
    'the key of a time zone must be a string, not …',
    'relative imports are not available: this program is not part of a package',
    'Incomplete data',
    'first argument must be a type object of arrays',
    'modules and their names are strings',
    'attribute … of weak references is not writable',
  ],
  'no program is told it': [
    'there is no reviewed module …',
    '… has no reviewed names …',
    'the metaclass of … is not asked of … here',
    'no program is running',
    'the host did not answer',
  ],
}

test('nothing else is refused in words of our own', async () => {
  const pyodide = join(ROOT, 'node_modules/pyodide')
  const interpreter = readFileSync(join(pyodide, 'pyodide.asm.wasm'))
  const python = await loadCPython('raised_messages')
  const isInLibrary = python.function<[string], boolean>('raised_messages.is_in_library')
  const messages = python.function<[string], string>('raised_messages.messages')
  /** Whether a text is CPython's. Some pieces are of many texts, and both hold megabytes. */
  const known = new Map<string, boolean>()
  const isCPythons = (piece: string): boolean => {
    if (!known.has(piece)) known.set(piece, interpreter.includes(piece) || isInLibrary(piece))
    return known.get(piece)!
  }
  const noRow = new Set(Object.values(NO_ROW).flat())
  const missing: string[] = []
  for (const folder of ['src/trusted/language', 'src/guest', 'src/library'])
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
      // Those of `web/` are told in docs/network.md.
      if (!name.endsWith('.py') || name.startsWith('web/')) continue
      const text = readFileSync(join(ROOT, folder, name), 'utf8')
      for (const [line, pieces] of JSON.parse(messages(text)) as [number, string[]][]) {
        const pattern = new RegExp(
          pieces.map((piece) => piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*'),
        )
        const shown = pieces.join('…')
        const hasRow = cases.some(({ told }) => pattern.test(told))
        if (hasRow && !noRow.has(shown)) continue
        if (pieces.every(isCPythons) || noRow.delete(shown) || hasRow) continue
        missing.push(`${name}:${line}: ${shown}`)
      }
    }
  expect(missing).toEqual([])
  expect([...noRow], 'is raised nowhere').toEqual([])
})
