/**
 * Source to code that a run guest executes: checked and rewritten here, verified and compiled in a guest that executes
 * nothing, which is reset before and after each source. What came through once is cached.
 */
import type { Mode } from '../check/options.js'
import type { Diagnostic } from '../diagnostic.js'
import { ArgumentError } from '../errors.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { createMapper, type Mapper } from '../rewrite/map.js'
import type { GuestWorker } from '../trusted/channel/link.js'
import type { CallLimits } from '../trusted/channel/protocol.js'
import { CompileCache, cacheKey } from './compile-cache.js'
import type { FrameSource } from './exception.js'
import type { Crashed, Refused } from './outcome.js'
import { UNSPENT } from './outcome.js'
import {
  compileRequest,
  ForgedResponse,
  readCompileResponse,
  type CompileResponse,
  type Refusal,
} from './requests.js'

/** What turns source into guarded text: the checker of the policy. */
export interface Rewriter {
  rewrite(
    source: string,
    options: { mode: Mode; names?: readonly string[]; filename?: string },
  ):
    | {
        readonly ok: true
        readonly code: string
        readonly edits: Int32Array
        readonly diagnostics: readonly Diagnostic[]
      }
    | { readonly ok: false; readonly diagnostics: readonly Diagnostic[]; readonly omitted: number }
}

/** What is compiled, and how. */
export interface SourceText {
  readonly source: string
  readonly mode: Mode
  readonly filename: string
  /** The names it may read besides builtins; left out, any. */
  readonly parameters: readonly string[] | undefined
  /** Whether it becomes a function of its parameters; otherwise those are globals. An expression only. */
  readonly asFunction?: boolean
}

/** Verified code, with what its tracebacks need. */
export class Code implements FrameSource, SourceText {
  readonly source: string
  readonly mode: Mode
  readonly filename: string
  readonly parameters: readonly string[] | undefined
  readonly asFunction: boolean
  #lines: readonly string[] | undefined
  #mapper: Mapper | undefined

  constructor(
    text: SourceText,
    readonly bytes: Uint8Array,
    private readonly rewriter: Rewriter,
  ) {
    this.source = text.source
    this.mode = text.mode
    this.filename = text.filename
    this.parameters = text.parameters
    this.asFunction = text.asFunction === true
  }

  get lines(): readonly string[] {
    this.#lines ??= this.source.split('\n')
    return this.#lines
  }

  /** Rewrites once more, when an exception asks: guarded texts are not kept. */
  get mapper(): Mapper {
    this.#mapper ??= mapperOf(this.source, this.rewriter.rewrite(this.source, rewriteOptions(this)))
    return this.#mapper
  }
}

/** A text that passed the checks and waits for a compile guest. */
export interface Checked {
  readonly key: string
  readonly text: SourceText
  readonly guarded: string
  readonly edits: Int32Array
}

/** Compiling has limits of its own: it is the host's work, and a run's time is not spent on it. */
const COMPILE_MS = 10_000
const COMPILE_MEMORY_BYTES = 512 << 20
const COMPILE_SLACK = 65_536
/** What all cached code and sources may hold. */
const CACHE_BYTES = 64 << 20
const FILENAME_CHARACTERS = 1_000

export class Compiler {
  readonly #cache = new CompileCache<Code>(CACHE_BYTES)

  /** `fingerprint` stands for everything but the source: policy, trusted modules, image. */
  constructor(
    private readonly policy: ResolvedPolicy,
    private readonly rewriter: Rewriter,
    private readonly fingerprint: string,
    private readonly exposed: readonly string[],
  ) {}

  /** Code from the cache, a text to be compiled, or why it is refused. Needs no guest. */
  check(text: SourceText): Code | Checked | Refused {
    const { source, mode, filename, parameters } = text
    if (typeof source !== 'string')
      throw new ArgumentError(`source: must be a string, not ${typeof source}`)
    if (mode !== 'exec' && mode !== 'eval')
      throw new ArgumentError('mode: must be "exec" or "eval"')
    checkFilename(filename)
    const names = parameters === undefined ? 'any' : text.asFunction ? 'of these' : 'with these'
    const key = cacheKey([this.fingerprint, source, mode, filename, names, ...(parameters ?? [])])
    const cached = this.#cache.get(key)
    if (cached) return cached
    const rewritten = this.rewriter.rewrite(source, rewriteOptions(text))
    if (!rewritten.ok) return refused(rewritten.diagnostics, rewritten.omitted)
    return { key, text, guarded: rewritten.code, edits: rewritten.edits }
  }

  /** Compiles in `worker`, whose guest is reset for it. `lost` when the worker ended: another may do. */
  async compile(checked: Checked, worker: GuestWorker): Promise<Code | Refused | Crashed | 'lost'> {
    const { text, guarded } = checked
    const { codeBytes } = this.policy.limits
    if (guarded.length > codeBytes)
      return this.#refuse(
        checked,
        tooLarge(`${guarded.length} characters of guarded text`, codeBytes),
      )
    const request = compileRequest(
      {
        text: guarded,
        mode: text.mode,
        filename: text.filename,
        parameters: text.asFunction ? text.parameters : undefined,
        value: text.mode === 'exec',
        names: this.exposed,
      },
      this.policy,
    )
    const limits: CallLimits = {
      wallMs: COMPILE_MS,
      fuel: Number.MAX_SAFE_INTEGER,
      memoryBytes: COMPILE_MEMORY_BYTES,
      outputBytes: 0,
      responseBytes: codeBytes + COMPILE_SLACK,
    }
    const performed = await worker.perform({ begin: 'image', request, limits, end: 'reset' })
    if (performed.kind === 'lost') return 'lost'
    if (performed.kind === 'killed') {
      return this.#refuse(
        checked,
        limit(
          `compiling it takes too much (${[performed.why, performed.detail].filter(Boolean).join(', ')})`,
        ),
      )
    }
    let response: CompileResponse
    try {
      response = readCompileResponse(performed.response)
    } catch (error) {
      if (!(error instanceof ForgedResponse)) throw error
      return { status: 'crashed', reason: `compiling failed: ${error.message}`, ...UNSPENT }
    }
    if (!response.ok) return this.#refuse(checked, response.refusal)
    if (response.code.length > codeBytes)
      return this.#refuse(checked, tooLarge(`${response.code.length} bytes of code`, codeBytes))
    const code = new Code(text, response.code, this.rewriter)
    this.#cache.set(checked.key, code)
    return code
  }

  /** A text that was compiled elsewhere, for its tracebacks: it has no code. */
  sourceOnly(text: SourceText): Code {
    return new Code(text, new Uint8Array(0), this.rewriter)
  }

  #refuse({ text, guarded, edits }: Checked, { code, message, start, end }: Refusal): Refused {
    const mapper = createMapper(text.source, guarded, edits)
    const from = mapper.toSource(start.line, start.column, 'start')
    const to = mapper.toSource(end.line, end.column, 'end')
    return refused([
      {
        code,
        rule: RULES[code],
        message,
        span: { start: from, end: to.offset > from.offset ? to : from },
      },
    ])
  }
}

const RULES = { PR900: 'verification', PR901: 'syntax-of-python', PR902: 'compile-limit' } as const

function refused(diagnostics: readonly Diagnostic[], omitted = 0): Refused {
  return { status: 'refused', diagnostics, omitted, ...UNSPENT }
}

function limit(message: string): Refusal {
  return { code: 'PR902', message, start: { line: 1, column: 0 }, end: { line: 1, column: 0 } }
}

function tooLarge(what: string, allowed: number): Refusal {
  return limit(`${what}, of ${allowed} allowed; policy.limits.codeBytes raises it`)
}

function rewriteOptions({ mode, filename, parameters }: SourceText) {
  return { mode, filename, ...(parameters && { names: parameters }) }
}

function mapperOf(source: string, rewritten: ReturnType<Rewriter['rewrite']>): Mapper {
  // What was accepted once is accepted again: the same function of the same text.
  return rewritten.ok
    ? createMapper(source, rewritten.code, rewritten.edits)
    : createMapper(source, source, new Int32Array(0))
}

function checkFilename(filename: unknown): void {
  if (
    typeof filename !== 'string' ||
    filename.length === 0 ||
    filename.length > FILENAME_CHARACTERS ||
    /[\0\r\n]|\p{Cs}/u.test(filename)
  ) {
    throw new ArgumentError(`filename: must be a line of 1 to ${FILENAME_CHARACTERS} characters`)
  }
}
