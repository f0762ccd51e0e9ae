/** What is reported about a source, and where: plain data, shared by every layer that speaks of positions. */

/** A place in a source. Lines and columns count from 1, offsets from 0; columns and offsets are UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly offset: number
}

/** A half-open stretch of a source: `end` is the position after its last character. */
export interface Span {
  readonly start: Position
  readonly end: Position
}

/** A rule's code: `PR` and three digits. Never reused; `explain(code)` tells its rule. */
export type Code = `PR${number}`

/** One report: which rule, what was found, where, and what to write instead when there is something. */
export interface Diagnostic {
  readonly code: Code
  /** The rule's name in kebab case, as in `dunder-attribute`. */
  readonly rule: string
  readonly message: string
  readonly span: Span
  /** What to write instead, in one sentence; absent where nothing can replace it. */
  readonly hint?: string
}
