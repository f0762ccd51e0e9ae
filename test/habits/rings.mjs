/**
 * The rings of the trusted base, as data, and how large each is.
 *
 * A ring imports only from rings before it in this list. Its budget holds what is reached; a budget only goes down, but for
 * a capability that is new. Lines are those that the formatter leaves at 100 columns, without blank lines, comments and
 * docstrings. Tokens stand beside them so that density buys nothing.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const trusted = fileURLToPath(new URL('../../src/trusted', import.meta.url))

/** Name of the folder below `src/trusted/`, what the ring is trusted for, and its budgets. Inner rings first. */
export const RINGS = [
  {
    name: 'wall',
    claim:
      'Whatever a guest does with all of its memory, it reaches only the imports given here, within its limits, and leaves nothing behind.',
    lines: 1_580,
    tokens: 13_000,
  },
  {
    name: 'files',
    claim:
      "What a guest finds in files is what its mounts hold, in a tree of its own with nothing above its root; and it costs no more memory than the mounts' quotas.",
    lines: 1_750,
    tokens: 15_400,
  },
  {
    name: 'channel',
    claim:
      'A worker that lies ends itself and nothing else: every byte from a guest or a worker is data, read in bounded time.',
    lines: 2_690,
    tokens: 20_440,
  },
  {
    name: 'door',
    claim: 'A guest reads and changes of a trusted module what was exposed, and nothing else.',
    lines: 1_700,
    tokens: 12_720,
  },
  {
    name: 'broker',
    claim:
      'A guest has of its host what the policy and the options grant: these functions, objects, files and folders, so often, so long, approved where that is asked.',
    lines: 2_060,
    tokens: 17_220,
  },
  {
    name: 'network',
    claim:
      'A request of a guest goes where the policy allows it, to an address that was checked, with no secret but those that are for its host; and of what comes back no more is read than the limits say.',
    lines: 880,
    tokens: 7_620,
  },
  {
    name: 'language',
    claim:
      'A program of the restricted language reaches the modules and builtins that its policy grants, and nothing else of the interpreter. This rests on CPython keeping to its own rules: a memory bug unknown to us would break just this claim.',
    lines: 6_910,
    tokens: 50_120,
  },
]

/** Data, not code: tables of names, node types and opcodes by which verifier and facets are driven. They have no budget. */
export const TABLES = new Set([
  'language/known-bugs.ts',
  'language/language.ts',
  'language/modules/data.ts',
  'language/modules/files.ts',
  'language/modules/formats.ts',
  'language/modules/network.ts',
  'language/modules/numbers.ts',
  'language/modules/programs.ts',
  'language/modules/text.ts',
  'language/modules/twins.ts',
  'language/opcodes.py',
  'language/verify/residual.py',
])

/** The text without comments and docstrings; what is left of the lines is code. */
function bare(text, isPython) {
  return isPython
    ? text.replace(/^[ \t]*("""|''')[\s\S]*?\1[ \t]*$/gm, '').replace(/^\s*#.*$/gm, '')
    : text.replace(/^[ \t]*\/\*[\s\S]*?\*\/[ \t]*$/gm, '').replace(/^\s*\/\/.*$/gm, '')
}

/** A name, a number, a string or a mark. Punctuation that a formatter alone decides on is not counted. */
const TOKEN =
  /[\p{ID_Start}_$][\p{ID_Continue}$]*|\d[\w.]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|=>|\*\*|\/\/|[<>=!+\-*/%&|^:]=?|[()[\]{}.?@~]/gu

/** Lines of code and tokens of a file, tables counting as none. */
export function sizeOf(file) {
  if (TABLES.has(file)) return { lines: 0, tokens: 0 }
  const code = bare(readFileSync(join(trusted, file), 'utf8'), file.endsWith('.py'))
  return {
    lines: code.split('\n').filter((line) => line.trim() !== '').length,
    tokens: code.match(TOKEN)?.length ?? 0,
  }
}

/** Every file of the ring, largest first, with its size. */
export function filesOf(ring) {
  return readdirSync(join(trusted, ring), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|py)$/.test(name))
    .map((name) => `${ring}/${name.replaceAll('\\', '/')}`)
    .map((file) => ({ file, ...sizeOf(file) }))
    .sort((a, b) => b.tokens - a.tokens || (a.file < b.file ? -1 : 1))
}

/** The ring's files added up. */
export function totalOf(ring) {
  const files = filesOf(ring)
  return {
    files: files.length,
    lines: files.reduce((sum, { lines }) => sum + lines, 0),
    tokens: files.reduce((sum, { tokens }) => sum + tokens, 0),
  }
}
