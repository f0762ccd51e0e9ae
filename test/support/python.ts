/** Stock Pyodide with the guest's Python as the package `pyrestrict`, for tests of what the image will hold. */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { loadPyodide, type PyodideInterface } from 'pyodide'
import { guestSources } from '../../src/image/sources.js'

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

/** One interpreter. Load it once per test file: it takes seconds. */
export class Python {
  private constructor(readonly pyodide: PyodideInterface) {}

  static async load(): Promise<Python> {
    const pyodide = await loadPyodide()
    const write = (path: string, text: string): void => {
      pyodide.FS.mkdirTree(`${FOLDER}/${dirname(path)}`)
      pyodide.FS.writeFile(`${FOLDER}/${path}`, text)
    }
    for (const [path, text] of guestSources('')) write(path, text)
    for (const name of ['guard.py', 'reading.py', 'planted.py'])
      write(name, readFileSync(new URL(name, import.meta.url), 'utf8'))
    pyodide.runPython(`
import sys
sys.path.insert(0, '${FOLDER}')
from pyrestrict.compile import compile_source
`)
    return new Python(pyodide)
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
