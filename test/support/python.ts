/** Stock Pyodide with the guest's Python as the package `pyrestrict`, for tests of what the image will hold. */
import { readFileSync } from 'node:fs'
import type { PyodideInterface } from 'pyodide'
import { guestSources } from '../../src/image/sources.js'
import { loadInterpreter } from './interpreter.js'

const FOLDER = '/lib/pyrestrict-source'

/** What `compile_source` answers. Positions are those of the guarded text: lines from 1, columns from 0 in UTF-8 bytes. */
export type Compiled =
  | { readonly ok: true; readonly code: Uint8Array }
  | {
      readonly ok: false
      readonly code: string
      readonly message: string
      readonly line: number
      readonly column: number
      readonly endLine: number
      readonly endColumn: number
    }

/** What a test asks to be compiled; the rest has the defaults of a plain program. */
export interface Request {
  readonly text: string
  readonly mode?: 'exec' | 'eval'
  readonly filename?: string
  readonly value?: boolean
  readonly parameters?: readonly string[]
}

/** One interpreter. Load it once per test file. */
export class Python {
  private constructor(readonly pyodide: PyodideInterface) {}

  /** With more files of this folder beside the package, and `code` run with them: under a `name` of its own then. */
  static async load(
    name = 'python',
    more: readonly string[] = [],
    code = 'from pyrestrict.compile import compile_source',
  ): Promise<Python> {
    const beside = ['guard.py', 'reading.py', 'planted.py', ...more].map(
      (file) => [file, readFileSync(new URL(file, import.meta.url), 'utf8')] as const,
    )
    const files = [...guestSources(''), ...beside].map(
      ([path, text]) => [`${FOLDER}/${path}`, text] as const,
    )
    const begin = `import sys\nsys.path.insert(0, '${FOLDER}')\n`
    return new Python(await loadInterpreter(name, new Map(files), begin + code))
  }

  /** The value of the last expression of `code`, which sees `given` as globals; proxies converted to plain data. */
  run(code: string, given: Readonly<Record<string, unknown>> = {}): unknown {
    const globals = this.pyodide.toPy({ ...given })
    globals.set('__builtins__', this.pyodide.globals.get('__builtins__'))
    const value: unknown = this.pyodide.runPython(code, { globals })
    globals.destroy()
    return plain(value)
  }

  /** What the compile guest answers. Code is scanned, as it is where it arrives: an exception tells of what was found. */
  compile(request: Request): Compiled {
    return this.run(
      `
import marshal
from pyrestrict.compile import compile_source
from pyrestrict.scan import scan
answer = compile_source(request)
if answer['ok']:
    scan(marshal.loads(answer['code']))
answer`,
      { request: { mode: 'exec', filename: '<guest>', ...request } },
    ) as Compiled
  }
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('toJs' in value)) return value
  const proxy = value as { toJs(options: object): unknown; destroy(): void }
  const converted = proxy.toJs({ dict_converter: Object.fromEntries, create_pyproxies: false })
  proxy.destroy()
  return converted
}
