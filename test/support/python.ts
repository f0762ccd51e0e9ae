/** Stock Pyodide with the guest's Python as the package `pyrestrict`, for tests of what the image will hold. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
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

/**
 * The module that compiles the library's guest code takes seconds. What it makes is kept from one interpreter to the next, and
 * from one run of the tests to the next, under the hash of all that decides it.
 */
const CODES = 'pyrestrict/guest/codes.py'
const KEPT = join(import.meta.dirname, '../../node_modules/.cache/pyrestrict-codes')

function codesFile(sources: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256')
  for (const [path, text] of sources) hash.update(`${path}\0${text}\0`)
  return join(KEPT, `${hash.digest('hex')}.bin`)
}

/** One interpreter. Load it once per test file: it takes seconds. */
export class Python {
  private constructor(
    readonly pyodide: PyodideInterface,
    /** Where the library's codes go once they are made; undefined where they are there. */
    private codes: string | undefined,
  ) {}

  static async load(): Promise<Python> {
    const pyodide = await loadPyodide()
    const write = (path: string, text: string): void => {
      pyodide.FS.mkdirTree(`${FOLDER}/${dirname(path)}`)
      pyodide.FS.writeFile(`${FOLDER}/${path}`, text)
    }
    const sources = guestSources('')
    for (const [path, text] of sources) write(path, text)
    const codes = codesFile(sources)
    if (existsSync(codes)) {
      pyodide.FS.writeFile('/lib/pyrestrict-codes.bin', readFileSync(codes))
      write(
        CODES,
        "import marshal\nCODES = marshal.loads(open('/lib/pyrestrict-codes.bin', 'rb').read())\n",
      )
    }
    for (const name of ['guard.py', 'reading.py', 'planted.py'])
      write(name, readFileSync(new URL(name, import.meta.url), 'utf8'))
    pyodide.runPython(`
import sys
sys.path.insert(0, '${FOLDER}')
from pyrestrict.compile import compile_source
`)
    return new Python(pyodide, existsSync(codes) ? undefined : codes)
  }

  /** Keeps what the library was compiled to, for the interpreters that are loaded later. */
  keepCodes(): void {
    if (this.codes === undefined) return
    const made = this.pyodide.runPython(
      'import marshal\nfrom pyrestrict.guest.codes import CODES\nmarshal.dumps(CODES)',
    )
    mkdirSync(KEPT, { recursive: true })
    writeFileSync(this.codes, (made as { toJs(): Uint8Array }).toJs())
    this.codes = undefined
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
