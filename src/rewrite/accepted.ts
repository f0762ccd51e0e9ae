/** From a check to the guarded text: what was accepted is rewritten, what was refused says why. */
import { leadingBlanks, type Analysis } from '../check/checker.js'
import type { CheckOptions } from '../check/options.js'
import type { Diagnostic } from '../diagnostic.js'
import { SYNTAX_RULES } from '../syntax/syntax-rules.js'
import type { Tree } from '../syntax/tree.js'
import { EDIT_SIZE, PLAIN } from './edits.js'
import type { Rewriting } from './rewrite.js'
import { sourceMap, type EncodedSourceMap } from './source-map.js'

/** A guarded text with where its pieces came from, or why there is none. */
export type RewriteResult =
  | {
      readonly ok: true
      readonly code: string
      /** As a source map, revision 3, for tools that read those; made when it is first read. */
      readonly map: EncodedSourceMap
      /** What was changed, for `createMapper`, which takes places of `code` to the source. Four numbers an edit, not to be read. */
      readonly edits: Int32Array
      /** Empty: nothing was refused. */
      readonly diagnostics: readonly Diagnostic[]
    }
  | {
      readonly ok: false
      /** As {@link CheckResult.diagnostics}: at most 1,000. */
      readonly diagnostics: readonly Diagnostic[]
      /** How many there are beyond those listed; nearly always 0. */
      readonly omitted: number
    }

/** @internal What an accepted source is rewritten to; refused where its guards would nest deeper than CPython reads. */
export function rewritten(
  { result, source, tree, respelled }: Analysis,
  guard: (tree: Tree, respelled: Analysis['respelled']) => Rewriting,
  options: CheckOptions = {},
): RewriteResult {
  if (!result.ok || tree === undefined)
    return { ok: false, diagnostics: result.diagnostics, omitted: result.omitted }
  const blanks = options.mode === 'eval' ? leadingBlanks(source.text) : 0
  const { code, edits, tooDeepAt } = withoutBlanks(guard(tree, respelled), blanks)
  if (tooDeepAt >= 0) {
    const { code: rule, name, message, hint } = SYNTAX_RULES.chainTooLong
    const start = source.position(tooDeepAt)
    return {
      ok: false,
      diagnostics: [{ code: rule, rule: name, message, hint, span: { start, end: start } }],
      omitted: 0,
    }
  }
  return accepted(source.text, { code, edits }, options)
}

/** @internal A source of full Python, which runs as it is written; in mode `eval` without the blanks before the expression. */
export function unchanged(text: string, options: CheckOptions = {}): Accepted {
  const blanks = options.mode === 'eval' ? leadingBlanks(text) : 0
  const whole = { code: text, edits: new Int32Array(0), tooDeepAt: -1 }
  return accepted(text, withoutBlanks(whole, blanks), options)
}

/** @internal A source that was rewritten. */
export type Accepted = Extract<RewriteResult, { ok: true }>

function accepted(
  text: string,
  { code, edits }: Pick<Rewriting, 'code' | 'edits'>,
  options: CheckOptions,
): Accepted {
  let map: EncodedSourceMap | undefined
  return {
    ok: true,
    code,
    edits,
    diagnostics: [],
    get map() {
      map ??= sourceMap(text, code, edits, options.filename ?? '<guest>', options.firstLine)
      return map
    },
  }
}

/** Python's compiler takes blanks before an expression for indentation; its `eval` does not. */
function withoutBlanks(rewriting: Rewriting, blanks: number): Rewriting {
  if (blanks === 0) return rewriting
  const edits = new Int32Array(EDIT_SIZE + rewriting.edits.length)
  edits.set([0, blanks, 0, PLAIN])
  edits.set(rewriting.edits, EDIT_SIZE)
  return { ...rewriting, code: rewriting.code.slice(blanks), edits }
}
