/**
 * Source to code that a run guest executes. The host's thread looks it up by everything that decides it, and otherwise asks a
 * compile worker and waits.
 */
import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { termsText, type Job } from '../compile/jobs.js'
import { countedFrom } from '../check/first-line.js'
import { ArgumentError } from '../errors.js'
import { checkName } from '../check/host-names.js'
import { checkMode } from '../check/options.js'
import type { OwnModules } from '../check/place.js'
import { setOf } from '../policy/keys/modules.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import type { TextMode } from '../trusted/broker/evaluate.js'
import type { CompileAnswer } from '../trusted/channel/compile-answer.js'
import { CompileCache, cacheKey } from '../trusted/channel/compile-cache.js'
import type { BlockingThread } from '../platform/node/blocking.js'
import { Code, type SourceText } from './code.js'
import { CompileNow } from './compile-now.js'
import { COMPILE_WORKERS, type CompileService } from './compile-service.js'
import {
  CANCELLED_UNSPENT,
  UNSPENT,
  type Cancelled,
  type Crashed,
  type Refused,
} from './outcome.js'
import { CANCELLED } from './tenants.js'

/** A text's code, or why there is none. */
export type Compiled = Code | Refused | Crashed | Cancelled

/** What became of a text that a guest evaluates, and how many milliseconds a compile worker was at work on it. */
export interface TextAnswer {
  readonly compiled: Compiled
  readonly ms: number
}

/**
 * So many sources go to a compile worker at once. After each batch its guest is put back to its image, which takes as long as ten
 * formulas; and who comes meanwhile waits for a batch at most. Of fewer than the first, one worker is as quick as two.
 */
const LEAST_BATCH = 64
const MOST_BATCH = 256
/** What all cached code and sources of a sandbox may hold. */
const CACHE_BYTES = 64 << 20
/** Of texts that guests evaluate: they are not to take the place of the host's own sources. */
const TEXT_CACHE_BYTES = 16 << 20
const FILENAME_CHARACTERS = 1_000
/** What CPython calls such a text. */
const TEXT_FILENAME = '<string>'

/**
 * The compiler of one sandbox, under its policy. It keeps 64 MiB of code and sources, and 16 MiB of texts that guests
 * evaluate.
 */
export class Compiler {
  readonly #cache = new CompileCache<Code>(CACHE_BYTES)
  readonly #texts = new CompileCache<Code>(TEXT_CACHE_BYTES)
  readonly #terms: string
  readonly #closing = new AbortController()
  readonly #now: CompileNow | undefined

  /** `fingerprint` stands for everything but the source: policy, trusted modules, image. */
  constructor(
    private readonly policy: ResolvedPolicy,
    private readonly service: CompileService,
    private readonly fingerprint: string,
    /** The names that trusted modules expose. */
    private readonly exposed: readonly string[],
    /** Modules of the host's own, which programs may import. */
    own: OwnModules,
    /** Starts a compile worker that this thread stands still for, where guests run in it. */
    startNow: (() => BlockingThread) | undefined,
  ) {
    // A listener for each batch that is under way.
    setMaxListeners(0, this.#closing.signal)
    this.#terms = termsText(policy, setOf(policy.modules), own)
    if (startNow) this.#now = new CompileNow(startNow, this.#terms, policy)
  }

  /**
   * The text's code: from the cache, or compiled elsewhere.
   * @throws ArgumentError, and InstallationError where no worker can be started.
   */
  async compile(text: SourceText, signal: AbortSignal | undefined): Promise<Compiled> {
    const [compiled] = await this.compileAll([text], signal)
    return compiled!
  }

  /**
   * The code of each text, in their order. Those that the cache lacks are compiled in batches, by as many workers as there are.
   * @throws what {@link compile} throws
   */
  async compileAll(
    given: readonly SourceText[],
    signal: AbortSignal | undefined,
  ): Promise<readonly Compiled[]> {
    const texts = given.map((text) => this.#beginningOf(text))
    const keys = texts.map((text) => this.#keyOf(text))
    const told = new Map<string, Compiled>()
    const wanting = new Map<string, SourceText>()
    for (const [index, key] of keys.entries()) {
      const cached = this.#cache.get(key)
      if (cached) told.set(key, cached)
      else wanting.set(key, texts[index]!)
    }
    const wanted = [...wanting]
    const share = Math.ceil(wanted.length / COMPILE_WORKERS)
    const size = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, share))
    const batches: Promise<void>[] = []
    for (let at = 0; at < wanted.length; at += size)
      batches.push(this.#compileBatch(wanted.slice(at, at + size), told, signal))
    await Promise.all(batches)
    return keys.map((key) => told.get(key)!)
  }

  async #compileBatch(
    batch: readonly (readonly [string, SourceText])[],
    told: Map<string, Compiled>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const answers = await this.service.compile({
      terms: this.#terms,
      policy: this.policy,
      jobs: batch.map(([, text]) => ({ ...jobOf(text), provided: this.exposed })),
      signals: [signal, this.#closing.signal],
    })
    for (const [index, [key, text]] of batch.entries()) {
      const compiled =
        answers === CANCELLED
          ? CANCELLED_UNSPENT
          : outcomeOf(text, (answers as readonly CompileAnswer[])[index]!)
      if (compiled instanceof Code) this.#cache.set(key, compiled)
      told.set(key, compiled)
    }
  }

  /** All code that it has, but for texts that guests evaluated. */
  get codes(): Iterable<Code> {
    return this.#cache.values()
  }

  /** Has the code of a text without compiling it. It is kept as what the text's own key says, whatever it was filed under. */
  keep(text: SourceText, code: Code): void {
    this.#cache.set(this.#keyOf(text), code)
  }

  /** The code of a text that a guest evaluates, where it is known. */
  knownText(source: string, mode: TextMode): Code | undefined {
    return this.#texts.get(this.#textKey(source, mode))
  }

  /** The code of a text that a guest evaluates, or why there is none; at once where the guest runs in this thread. */
  compileText(
    source: string,
    mode: TextMode,
    signal: AbortSignal,
  ): TextAnswer | Promise<TextAnswer> {
    const shows = mode === 'single'
    const text: SourceText = {
      source,
      mode: shows ? 'exec' : mode,
      filename: TEXT_FILENAME,
      parameters: undefined,
    }
    const job = { ...jobOf(text), evaluated: true, shows, provided: this.exposed }
    if (!this.#now) return this.#compileText(text, job, signal)
    const { answer, ms } = this.#now.compile(job)
    return { compiled: this.#kept(text, job, answer), ms }
  }

  async #compileText(text: SourceText, job: Job, signal: AbortSignal): Promise<TextAnswer> {
    let ms = 0
    const answers = await this.service.compile({
      terms: this.#terms,
      policy: this.policy,
      jobs: [job],
      signals: [signal, this.#closing.signal],
      spent: (spent) => (ms += spent),
    })
    if (answers === CANCELLED) return { compiled: CANCELLED_UNSPENT, ms }
    return { compiled: this.#kept(text, job, (answers as readonly CompileAnswer[])[0]!), ms }
  }

  #kept(text: SourceText, { shows }: Job, answer: CompileAnswer): Compiled {
    const compiled = outcomeOf(text, answer)
    const mode = shows ? 'single' : text.mode
    if (compiled instanceof Code) this.#texts.set(this.#textKey(text.source, mode), compiled)
    return compiled
  }

  #textKey(source: string, mode: string): string {
    return cacheKey(createHash('sha256'), [this.fingerprint, source, mode])
  }

  /** Cancels what waits. Resolves once no worker of its own is left. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#now?.close()
  }

  /** A source that is too long to be accepted is refused by its beginning: nobody reads, hashes or sends the rest. */
  #beginningOf(text: SourceText): SourceText {
    const { sourceBytes } = this.policy.limits
    const isTooLong = typeof text.source === 'string' && text.source.length > sourceBytes
    return isTooLong ? { ...text, source: text.source.slice(0, sourceBytes + 1) } : text
  }

  #keyOf(text: SourceText): string {
    const { source, mode, filename, firstLine = 1, parameters, asFunction, formals } = text
    if (typeof source !== 'string')
      throw new ArgumentError(`source: must be a string, not ${typeof source}`)
    checkMode(mode)
    checkFilename(filename)
    const isInferred = parameters === 'inferred'
    const names =
      parameters === undefined
        ? 'any'
        : isInferred
          ? 'inferred'
          : asFunction
            ? 'of these'
            : 'with these'
    const listed = isInferred ? [] : (parameters ?? [])
    const { package: inside = '' } = text
    checkPackage(inside)
    const declared = [String(firstLine), inside, names, ...listed, '()', ...(formals ?? [])]
    return cacheKey(createHash('sha256'), [this.fingerprint, source, mode, filename, ...declared])
  }
}

function jobOf(text: SourceText): Omit<Job, 'provided'> {
  const { source, mode, filename, parameters = null, asFunction = false, formals = null } = text
  const declared = { parameters, asFunction, formals }
  const rest = { package: text.package ?? null, module: null, evaluated: false, shows: false }
  return { source, mode, filename, ...declared, ...rest }
}

/** What an answer of a compile worker's comes to: code, or the outcome that a run of the text has. */
export function outcomeOf(text: SourceText, answer: CompileAnswer): Compiled {
  switch (answer.kind) {
    case 'code':
      return new Code(
        text,
        answer.code,
        answer.guarded,
        answer.edits,
        answer.parameters,
        countedFrom(answer.warnings, text.firstLine),
      )
    case 'refused':
      return {
        status: 'refused',
        diagnostics: countedFrom(answer.findings, text.firstLine),
        omitted: answer.omitted,
        ...UNSPENT,
      }
    case 'undone':
      return { status: 'crashed', reason: 'compiling failed: not done', ...UNSPENT }
    case 'failed':
      return { status: 'crashed', reason: `compiling failed: ${answer.reason}`, ...UNSPENT }
  }
}

function checkPackage(name: unknown): void {
  if (name === '') return
  if (typeof name !== 'string') throw new ArgumentError('package: must be a name, as a.b')
  for (const part of name.split('.')) checkName(part, 'package')
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
