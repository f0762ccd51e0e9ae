/** Where the builder reads from: the `pyodide` package, the guest's Python, and the tables, turned into Python modules. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as operators from '../trusted/door/operators.js'
import * as language from '../trusted/language/language.js'
import * as modules from '../trusted/language/modules.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Folders whose Python is the guest's package, and where in it each one's files lie. */
const GUEST_FOLDERS = [
  ['src/trusted/channel/', ''],
  ['src/trusted/door/', ''],
  ['src/trusted/language/', ''],
  ['src/translate/', 'translate/'],
  ['src/guest/', 'guest/'],
] as const
/** What the image of `language: 'full'` has in place of files of the language's, and what it has nothing of. */
const FULL_FOLDER = 'src/full/'
const NOT_FULL = /^pyrestrict\/(facets|floor|verify|translate)\//

/** Path of a file of the pinned `pyodide` package. */
export function pyodideFile(name: string): string {
  return join(dirname(fileURLToPath(import.meta.resolve('pyodide'))), name)
}

/** A table's value as a Python expression. Only what JSON can hold; strings are ASCII-escaped, and so locale-free. */
function pythonLiteral(value: unknown, words: 'tuple' | 'frozenset'): string {
  if (typeof value === 'string')
    return JSON.stringify(value).replace(
      /[\u007f-\uffff]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value === null) return 'None'
  if (Array.isArray(value) || value instanceof Set) {
    const items = [...(value as Iterable<unknown>)]
      .map((item) => `${pythonLiteral(item, words)}, `)
      .join('')
    return words === 'tuple' || items === '' ? `${words}((${items}))` : `frozenset((${items}))`
  }
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, item]) => `${pythonLiteral(key, words)}: ${pythonLiteral(item, words)}`)
      .join(', ')}}`
  }
  throw new TypeError(`a table holds a ${typeof value}, which Python cannot be told`)
}

/**
 * The tables of a module as Python text, one assignment per exported table. Lists become frozensets (they are asked for
 * membership), but tuples where the name says `PREFIXES` (for `str.startswith`) or `ORDER`. Functions are left out.
 */
function pythonModule(tables: object): string {
  return Object.entries(tables)
    .filter(([, value]) => typeof value !== 'function')
    .map(
      ([name, value]) =>
        `${name} = ${pythonLiteral(value, /PREFIXES|ORDER/.test(name) ? 'tuple' : 'frozenset')}\n`,
    )
    .join('')
}

/** The guarded texts of modules of the library that are guest code (src/library), which the step of the build before wrote. */
function libraryTexts(): string {
  const folder = join(root, 'dist/library')
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .sort()
    .map((name) => [name.slice(0, -'.py'.length), readFileSync(join(folder, name), 'utf8')])
  return `TEXTS = ${pythonLiteral(Object.fromEntries(texts), 'tuple')}\n`
}

/** The rows of `time-zones.txt`: the keys of a zone, then its TZif file in base64. */
function timeZones(): string {
  const text = readFileSync(join(root, 'src/image/time-zones.txt'), 'utf8')
  const rows = text.split(/\r?\n/).filter((row) => row !== '' && !row.startsWith('#'))
  return `ROWS = ${pythonLiteral(rows, 'tuple')}\n`
}

/**
 * Every Python file of the guest, path (from the package's root) to text, in a fixed order; `bare` adds the tests' entry,
 * `unclosed` the mark of an image whose known memory bugs are left open, for tests of what stands behind them; `full` has the
 * files of full Python in place of the language's. */
export function guestSources(variant: string): Map<string, string> {
  const sources = new Map<string, string>()
  const files = [
    ...GUEST_FOLDERS,
    ...(variant === 'full' ? [[FULL_FOLDER, ''] as const] : []),
  ].flatMap(([folder, place]) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.py'))
      .map((name) => [place + name.replaceAll('\\', '/'), join(root, folder, name)] as const),
  )
  // Sorted by name alone: of two files of one name the later replaces the other.
  for (const [name, path] of files.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const place = `pyrestrict/${name}`
    if (variant === 'full' && NOT_FULL.test(place) && !path.startsWith(join(root, FULL_FOLDER)))
      continue
    sources.set(place, readFileSync(path, 'utf8').replaceAll('\r\n', '\n'))
  }
  if (variant !== 'full' && variant !== 'bare') sources.set('pyrestrict/texts.py', libraryTexts())
  sources.set('pyrestrict/operators.py', pythonModule(operators))
  sources.set('pyrestrict/language.py', pythonModule(language))
  sources.set('pyrestrict/modules.py', pythonModule(modules))
  sources.set('pyrestrict/zones.py', timeZones())
  if (variant === 'bare')
    sources.set('pyrestrict/bare.py', readFileSync(join(root, 'test/support/bare.py'), 'utf8'))
  if (variant === 'unclosed') sources.set('pyrestrict/unclosed.py', '')
  return sources
}
