/**
 * Formats (`--write`) or checks the Python of this repository that is ours: the guest's, the image's, the tests' support.
 * ruff comes as WebAssembly from npm, so that no contributor needs Python. Exit status 1 where something is to be mended.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * What the linter does not ask of us.
 *
 * - E402: a test asks for `from .sealed import __builtins__` before every other import.
 * - E401, E701, E721, E731, E741, E501: style, which is the formatter's.
 */
const SETTINGS = {
  'line-length': 100,
  'target-version': 'py314',
  format: { 'quote-style': 'single' },
  lint: {
    select: ['E', 'F', 'W'],
    ignore: ['E402', 'E401', 'E701', 'E721', 'E731', 'E741', 'E501'],
  },
}

/** Files that were found clean, by their hash: most are the same as the last time. */
const CACHE = join(root, 'node_modules/.cache/pyrestrict-python.json')
const clean = new Set(readCache())

function readCache() {
  try {
    return JSON.parse(readFileSync(CACHE, 'utf8'))
  } catch {
    return []
  }
}

const settings = readFileSync(fileURLToPath(import.meta.url), 'utf8')
const hashOf = (name, text) =>
  createHash('sha256').update(`${settings}\0${name}\0${text}`).digest('hex')

/** Loaded when a file has to be looked at. */
let workspace
async function ruff() {
  if (workspace === undefined) {
    const { PositionEncoding, Workspace } = await import('@astral-sh/ruff-wasm-nodejs')
    workspace = new Workspace(SETTINGS, PositionEncoding.Utf16)
  }
  return workspace
}

/** Findings that are meant: names taken for their effect, and Python that is a part of a text, or is given names (src/library). */
const isMeant = (name, code, message) =>
  (code === 'F401' && (message.includes('__builtins__') || name === 'image/prelude.py')) ||
  (code === 'F821' && /^(sandbox|library)\//.test(name))

const write = process.argv.includes('--write')
let wrong = 0
for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).sort()) {
  if (!name.endsWith('.py')) continue
  const file = join(root, 'src', name)
  const text = readFileSync(file, 'utf8')
  if (clean.has(hashOf(name, text))) continue
  const before = wrong
  const formatted = (await ruff()).format(text)
  if (formatted !== text) {
    if (write) writeFileSync(file, formatted)
    else {
      wrong++
      console.error(`src/${name}: not formatted; npm run format does it`)
    }
  }
  for (const { code, message, start_location: at } of workspace.check(formatted)) {
    if (isMeant(name, code, message)) continue
    wrong++
    console.error(`src/${name}:${at.row}:${at.column}: ${code} ${message}`)
  }
  if (wrong === before) clean.add(hashOf(name, formatted))
}
mkdirSync(join(CACHE, '..'), { recursive: true })
writeFileSync(CACHE, JSON.stringify([...clean]))
process.exitCode = wrong > 0 ? 1 : 0
