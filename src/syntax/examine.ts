/**
 * The first half of every check: from a text to a tree that the rest may rely on, or to the reasons why there is none.
 */
import type { Diagnostic } from '../diagnostic.js'
import { syntaxDiagnostics } from './diagnose.js'
import { depthDiagnostics } from './limits.js'
import type { Parser } from './parse.js'
import type { Source } from './source.js'
import { codeTextDiagnostics, nameDiagnostics, textDiagnostics } from './text.js'
import type { Tree } from './tree.js'

/** What a source may be at most; the policy's `limits` have these fields. */
export interface SourceLimits {
  /** Bytes in UTF-8. */
  readonly sourceBytes: number
  /** Levels of the syntax tree. */
  readonly depth: number
}

/** A text that was read, or not. */
export interface Examination {
  /** The tree, without errors and within the limits; undefined when {@link diagnostics} say why there is none. */
  readonly tree: Tree | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Kinds of nodes that hold text and no code. */
const PROSE = [
  'comment',
  'string',
  'string_start',
  'string_content',
  'string_end',
  'escape_sequence',
  'escape_interpolation',
  'format_specifier',
]

/** Reads a source: its text, its syntax, its size and nesting. Never throws on bad Python. */
export function examine(parser: Parser, source: Source, limits: SourceLimits): Examination {
  const early = textDiagnostics(source, limits.sourceBytes)
  if (early.length > 0) return { tree: undefined, diagnostics: early }
  const tree = parser.parse(source.text)
  // First: tree-sitter's scanner forgets blocks and f-strings that are nested by the hundred, and reports an error of its own.
  const tooDeep = depthDiagnostics(tree, source, parser, limits.depth)
  if (tooDeep.length > 0) return { tree: undefined, diagnostics: tooDeep }
  const prose = proseKinds(parser)
  const inCode = codeTextDiagnostics(source, tree, (kind) => prose.has(kind))
  const invalid = syntaxDiagnostics(tree, source, parser)
  const names = nameDiagnostics(source, tree, parser.kindId('identifier'))
  const found = inCode.length + invalid.length + names.length
  return found === 0
    ? { tree, diagnostics: NONE }
    : { tree: undefined, diagnostics: [...inCode, ...invalid, ...names] }
}

const NONE: readonly Diagnostic[] = []

const known = new WeakMap<Parser, ReadonlySet<number>>()

function proseKinds(parser: Parser): ReadonlySet<number> {
  let kinds = known.get(parser)
  if (kinds === undefined)
    known.set(parser, (kinds = new Set(PROSE.map((name) => parser.kindId(name)))))
  return kinds
}
