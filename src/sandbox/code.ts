/** Verified code, as the host holds it. */
import type { Mode } from '../check/options.js'
import { positionFrom } from '../check/first-line.js'
import type { Diagnostic } from '../diagnostic.js'
import { Lines } from '../rewrite/lines.js'
import { utf8Edits } from '../rewrite/edits.js'
import { createMapper, type Mapper } from '../rewrite/map.js'
import type { Cached } from '../trusted/channel/compile-cache.js'
import type { FrameSource } from './exception.js'

/** What is compiled, and how. */
export interface SourceText {
  readonly source: string
  readonly mode: Mode
  readonly filename: string
  /** The number of its first line, in what is told of it. */
  readonly firstLine?: number | undefined
  /** The package that its relative imports begin in. */
  readonly package?: string | undefined
  /** The names it may read besides builtins; left out, any; 'inferred': an expression's own, which its code then tells. */
  readonly parameters: readonly string[] | 'inferred' | undefined
  /** Whether it becomes a function of its parameters; otherwise those are globals. An expression only. */
  readonly asFunction?: boolean
  /** The parameters of a source that is the body of a function. */
  readonly formals?: readonly string[] | undefined
}

/** Verified code, with what its tracebacks need. */
export class Code implements Cached, FrameSource, SourceText {
  readonly source: string
  readonly mode: Mode
  readonly filename: string
  readonly firstLine: number
  readonly package: string | undefined
  readonly parameters: readonly string[] | undefined
  /** Whether its parameters are those that it was found to have. */
  readonly isInferred: boolean
  readonly asFunction: boolean
  readonly formals: readonly string[] | undefined
  readonly lines: Lines
  #mapper: Mapper | undefined
  #text: readonly [Uint8Array, Uint8Array] | undefined

  constructor(
    text: SourceText,
    readonly bytes: Uint8Array,
    readonly guarded: string,
    readonly edits: Int32Array,
    inferred: readonly string[],
    /** Advice about the source. */
    readonly warnings: readonly Diagnostic[] = [],
  ) {
    this.source = text.source
    this.lines = new Lines(text.source)
    this.mode = text.mode
    this.filename = text.filename
    this.firstLine = text.firstLine ?? 1
    this.package = text.package
    this.parameters = text.parameters === 'inferred' ? inferred : text.parameters
    this.isInferred = text.parameters === 'inferred'
    this.asFunction = text.asFunction === true
    this.formals = text.formals
  }

  /** The source and its edits, as the guest reads them for its own tracebacks. */
  get text(): readonly [source: Uint8Array, edits: Uint8Array] {
    return (this.#text ??= [
      new TextEncoder().encode(this.source),
      new Uint8Array(utf8Edits(this.source, this.guarded, this.edits).buffer),
    ])
  }

  /** Takes lines of the guarded text, which count from 1, to those that are told, which count from `firstLine`. */
  get mapper(): Mapper {
    const { toSource } = (this.#mapper ??= createMapper(this.source, this.guarded, this.edits))
    const { firstLine } = this
    return { toSource: (...place) => positionFrom(toSource(...place), firstLine) }
  }
}
