/**
 * Text in, flat tree out. `loadParser` starts tree-sitter once per process; `parse` is synchronous, linear in the text for
 * whatever nesting, and leaves nothing behind in WebAssembly memory. That memory never shrinks: where tree-sitter is ours
 * alone, one that has grown large, or has aborted, is dropped, and the next text gets another.
 *
 * The tree is advice: tree-sitter misreads some programs on purpose-made text. What runs is parsed again, by CPython.
 */
import { ArgumentError, InstallationError } from '../errors.js'
import { readWithCursor } from './cursor.js'
import { createHeapReader, type HeapReader } from './flatten.js'
import { loadLanguage, type Grammar, type LoadedLanguage, type ParserFiles } from './language.js'
import { createMend } from './mending.js'
import { createFindMisreadings } from './misreadings.js'
import { lineBreaksInBrackets, replaced, withoutCommentRuns } from './shadow.js'
import { ERROR, ERROR_KIND, NAMED, NodeArrays, type Reading, type Tree } from './tree.js'

/** A parser of Python. Its trees share one set of arrays: a tree is valid until the next `parse`. */
export interface Parser extends Grammar {
  /**
   * Parses any text at all; what is no Python has `hasError`, what takes more than its memory or its time is `tooCostly`. The
   * time is `mostMs`, or what {@link ParserOptions.isTimed} gives a text of that length. Throws `ArgumentError` when `text` is no
   * string, and `InstallationError` once a shared tree-sitter has crashed.
   */
  parse(text: string, mostMs?: number): Tree
  /** How trees are read: from memory, or through the cursor where the memory's layout is unknown. */
  readonly reading: 'memory' | 'cursor'
  /** Bytes of WebAssembly memory that it holds; 0 where that cannot be seen. */
  readonly heapBytes: number
  /** Whether a shared tree-sitter has aborted: it answers nobody any more. */
  readonly crashed: boolean
}

/** What a parser may be told when it is loaded. */
export interface ParserOptions {
  /** Whether a text may take {@link BASE_MS} and {@link MS_PER_CHARACTER} at most. Default true; false where others watch it. */
  readonly isTimed?: boolean
}

let shared: Promise<Parser> | undefined

/**
 * The parser of this process; every call gives the same one. `files` are needed only where `node_modules` is out of reach,
 * and only by the first call; tree-sitter is then shared with whoever else uses it there, and not replaced. Throws `InstallationError` when the grammar is missing; a later call tries again.
 */
export function loadParser(files?: ParserFiles, options: ParserOptions = {}): Promise<Parser> {
  shared ??= loadLanguage(files)
    .then((loaded) => createParser(loaded, options.isTimed ?? true))
    .catch((error: unknown) => {
      shared = undefined
      throw error
    })
  return shared
}

/** A tree-sitter, and how its trees are read. */
interface Engine {
  readonly loaded: LoadedLanguage
  readonly read: HeapReader
  readonly reading: Parser['reading']
}

function createEngine(loaded: LoadedLanguage): Engine {
  const fromMemory = createHeapReader(loaded.language, loaded.heap)
  return fromMemory !== undefined && agrees(fromMemory, loaded)
    ? { loaded, read: fromMemory, reading: 'memory' }
    : { loaded, read: readWithCursor, reading: 'cursor' }
}

function createParser(first: LoadedLanguage, isTimed: boolean): Parser {
  const { grammar, anew } = first
  let engine: Engine | undefined = createEngine(first)
  const { reading: firstReading } = engine
  let arrays = new NodeArrays()
  const findMisreadings = createFindMisreadings(grammar)
  const mend = createMend(grammar)
  let aborted = false

  return {
    ...grammar,
    reading: firstReading,
    get heapBytes() {
      return engine?.loaded.heap.HEAPU8?.length ?? 0
    },
    get crashed() {
      return aborted
    },
    parse(text, mostMs = isTimed ? BASE_MS + MS_PER_CHARACTER * text.length : Infinity) {
      if (typeof text !== 'string')
        throw new ArgumentError(`parse: the source must be a string, not ${typeof text}`)
      if (arrays.kind.length > KEPT_NODES) arrays = new NodeArrays()
      let given = withoutCommentRuns(text)
      const isLate = lateness(mostMs)
      let joined = false
      for (let round = 1; ; round += 1) {
        const reading = given === undefined ? undefined : readText(given, isLate)
        if (given === undefined || reading === undefined)
          return asTree(text, unread(text, arrays), true)
        let wrong = round < ROUNDS ? findMisreadings(text, arrays, reading.count) : []
        if (wrong.length === 0 && reading.hasError && !joined) {
          joined = true
          wrong = lineBreaksInBrackets(given)
        }
        if (wrong.length === 0) {
          mend(text, arrays, reading.count)
          return asTree(text, reading, false)
        }
        given = replaced(given, wrong)
      }
    },
  }

  function readText(text: string, isLate: () => boolean): Reading | undefined {
    engine ??= createEngine(anew!())
    const { loaded, read } = engine
    const { parser, heap } = loaded
    if (heap.HEAPU8 === undefined && text.length > UNSEEN_LENGTH) return undefined
    const before = heap.HEAPU8?.length ?? 0
    const most = Math.max(
      before,
      Math.min(MEMORY_CEILING, MEMORY_BASE + MEMORY_PER_CHARACTER * text.length),
    )
    // The binding's types forget that the callback's answer stops the parse.
    const progressCallback = (): boolean => (heap.HEAPU8?.length ?? 0) > most || isLate()
    let tree: ReturnType<typeof parser.parse>
    try {
      tree = parser.parse(text, null, { progressCallback })
    } catch (cause) {
      // What the bounds should have prevented: tree-sitter aborted, and never answers again.
      if (aborted)
        throw new InstallationError('the parser has crashed, and needs a new process', { cause })
      if (anew) drop(loaded)
      else aborted = true
      return undefined
    }
    if (tree === null) {
      parser.reset()
      dropIfLarge(loaded)
      return undefined
    }
    try {
      return read(tree, arrays)
    } finally {
      // WebAssembly memory never shrinks: 120 undeleted trees of 300 KB hold half a gigabyte.
      tree.delete()
      dropIfLarge(loaded)
    }
  }

  function dropIfLarge(loaded: LoadedLanguage): void {
    if (anew && (loaded.heap.HEAPU8?.length ?? 0) > KEPT_BYTES) drop(loaded)
  }

  function drop({ parser }: LoadedLanguage): void {
    engine = undefined
    try {
      // Undeleted, it would be deleted when it is collected, where what an aborted one throws ends the process.
      parser.delete()
    } catch {
      // It has aborted: its memory goes as a whole.
    }
  }

  function asTree(text: string, reading: Reading, tooCostly: boolean): Tree {
    const { count, depth, hasError, hiddenErrorAt } = reading
    const { kind, start, end, field, flags, skip, parent } = arrays
    return {
      text,
      count,
      kind,
      start,
      end,
      field,
      flags,
      skip,
      parent,
      depth,
      hasError,
      hiddenErrorAt,
      tooCostly,
    }
  }
}

/**
 * Milliseconds that one text may take, all rounds together. Ordinary sources take 0.5 to 1.3 us a character, so that a megabyte
 * is read in a second; made ones take up to 24.
 */
const BASE_MS = 100
const MS_PER_CHARACTER = 0.004

/**
 * Tells whether `ms` have passed, by the clock and of the processor's time: a process that is kept waiting is not late. Reads
 * no clock before it is first asked, which for a short text is never.
 */
function lateness(ms: number): () => boolean {
  if (ms === Infinity) return () => false
  const { process } = globalThis as { process?: { cpuUsage?(): { user: number; system: number } } }
  const spent = (): number => {
    const { user, system } = process?.cpuUsage?.() ?? { user: Infinity, system: 0 }
    return (user + system) / 1_000
  }
  let began: number | undefined
  let spentBefore = 0
  return () => {
    if (began === undefined) {
      began = performance.now()
      spentBefore = spent()
      return false
    }
    if (performance.now() - began <= ms) return false
    const used = spent() - spentBefore
    return !(used <= ms)
  }
}

/** A text is read anew at most this often, each time with the misreadings found so far set right. */
const ROUNDS = 4

/**
 * Memory in bytes that one text may take. tree-sitter takes 50 to 150 a character for ordinary sources, up to 360 for dense
 * ones and 900 for made ones; at 2 GiB it aborts for good, and takes every later parse of the process with it.
 */
const MEMORY_BASE = 128 << 20
const MEMORY_PER_CHARACTER = 512
const MEMORY_CEILING = 1.5 * 2 ** 30
/** Characters that are read where the memory cannot be seen: at 900 bytes each they just fit. */
const UNSEEN_LENGTH = 2_000_000

/**
 * Bytes of WebAssembly memory with which a tree-sitter is kept for the next text. It starts with 32 MiB; ordinary sources of half a
 * megabyte fit. Another takes some milliseconds, which is little beside what it takes to fill this one.
 */
const KEPT_BYTES = 128 << 20
/** Nodes for which room is kept: 22 MB. */
const KEPT_NODES = 1 << 20

/** What stands for a text that was not read to its end: one error from end to end. */
function unread(text: string, arrays: NodeArrays): Reading {
  arrays.kind[0] = ERROR_KIND
  arrays.start[0] = 0
  arrays.end[0] = text.length
  arrays.field[0] = 0
  arrays.flags[0] = NAMED | ERROR
  arrays.skip[0] = 1
  arrays.parent[0] = -1
  return { count: 1, depth: 0, hasError: true, hiddenErrorAt: -1 }
}

/**
 * A few lines that hold every feature the layout has: leaves inside pointers and out of them, aliases, inherited fields,
 * extras, a hidden and a visible repair, non-ASCII text. Short, because every start of the command line pays for it.
 */
const SAMPLE = `
@d.e
async def f[T](a, /, b: int = 1, *c, **d) -> g[h]:  # c
    x = f'{a!r:>{b}}' if not a in b else [y for z in q if z]
    match v:
        case {'é😀': K(a=1), **r} | _: print(*a, end='')
    a_name_longer_than_a_leaf_can_be, b = yield \\
        b.c(d=1)[2:3]
type = 1 +
class`

function agrees(read: HeapReader, { parser }: LoadedLanguage): boolean {
  const tree = parser.parse(SAMPLE)
  if (tree === null) return false
  try {
    const [fast, slow] = [new NodeArrays(), new NodeArrays()]
    return sameReading(read(tree, fast), fast, readWithCursor(tree, slow), slow)
  } catch {
    return false
  } finally {
    tree.delete()
  }
}

function sameReading(one: Reading, a: NodeArrays, other: Reading, b: NodeArrays): boolean {
  if (one.count !== other.count || one.hasError !== other.hasError || one.depth !== other.depth)
    return false
  for (let i = 0; i < one.count; i += 1) {
    if (
      a.kind[i] !== b.kind[i] ||
      a.start[i] !== b.start[i] ||
      a.end[i] !== b.end[i] ||
      a.field[i] !== b.field[i] ||
      a.flags[i] !== b.flags[i] ||
      a.skip[i] !== b.skip[i] ||
      a.parent[i] !== b.parent[i]
    )
      return false
  }
  return true
}
