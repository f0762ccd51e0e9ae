/**
 * A source's way to code, in a worker that never runs a guest's code: checked and rewritten here, then verified and compiled
 * in a guest that is put back to its image after each batch, as a parser that hostile text has corrupted would go on to
 * vouch for other people's programs. The sources of a batch are one sandbox's.
 *
 * One source may take its time limit and no more, wherever it spends it. One that is cut off while tree-sitter or the checker
 * is at work leaves them half changed: the worker is then to be replaced.
 */
import { Analyzer } from '../check/checker.js'
import type { Diagnostic } from '../diagnostic.js'
import { rewritten, unchanged, type Accepted } from '../rewrite/accepted.js'
import { createRewriter } from '../rewrite/rewrite.js'
import type { Parser } from '../syntax/parse.js'
import { Source } from '../syntax/source.js'
import { textDiagnostics } from '../syntax/text.js'
import type { CompileAnswer } from '../trusted/channel/compile-answer.js'
import { ProtocolError } from '../trusted/channel/frames.js'
import { within } from '../platform/node/within.js'
import { TimedOut } from '../trusted/channel/watchdog.js'
import { Killed } from '../trusted/wall/killed.js'
import type { Guest } from '../trusted/wall/runtime.js'
import { compileRequest, readCompileResponse, type CompileResponse } from './guest.js'
import { readTerms, writeTerms, type CompileTerms, type Job } from './jobs.js'
import { asPythonSays, COMPILE_SLACK, placed, withPythons } from './python-says.js'
import { limit, refused, tooLarge, tooSlow } from './refusals.js'

const NO_NAMES = { diagnostics: [], usedNames: [] }
/** Checkers of so many policies are kept. */
const MOST_CHECKERS = 32
/** A parser whose memory has grown beyond this is not kept: memory of WebAssembly is never given back but with its owner. */
const PARSER_BYTES = 192 << 20
/** And a guest's: a megabyte of short lines takes it 400. */
const GUEST_BYTES = 256 << 20

const WARM_TERMS = writeTerms({
  language: 'restricted',
  modules: 'standard',
  builtins: [],
  own: {},
  dunders: 'refused',
  evaluate: false,
  limits: { sourceBytes: 100, depth: 100, codeBytes: 100_000, compileMs: 60_000 },
})

interface Front {
  readonly terms: CompileTerms
  readonly analyzer: Analyzer
}

/** A source that the compile guest did not come to the end of. */
class Cut {
  constructor(readonly refusal: CompileAnswer) {}
}

type Checked =
  | {
      readonly ok: true
      readonly accepted: Accepted
      readonly parameters: readonly string[]
      readonly warnings: readonly Diagnostic[]
    }
  | { readonly ok: false; readonly refusal: CompileAnswer }

const UNDONE: CompileAnswer = { kind: 'undone' }

const NO_SURFACE = { names: [], starred: [] }
/** The answer for a surface: there is no code, and the text is JSON. */
const NO_CODE = {
  kind: 'code',
  code: new Uint8Array(),
  edits: new Int32Array(),
  parameters: [],
  warnings: [],
} as const

/**
 * One parser and one compile guest, for one batch after the other. Once {@link Workshop.retire} is true, another worker
 * is to do what comes next.
 */
export class Workshop {
  readonly #fronts = new Map<string, Front>()
  readonly #guard: ReturnType<typeof createRewriter>
  #isDamaged = false

  constructor(
    private readonly parser: Parser,
    private readonly guest: Guest,
  ) {
    this.#guard = createRewriter(parser)
  }

  /** Whether another worker should do what comes next. */
  get retire(): boolean {
    return (
      this.#isDamaged ||
      this.parser.heapBytes > PARSER_BYTES ||
      this.guest.usage.peakMemoryBytes > GUEST_BYTES
    )
  }

  /**
   * The answers for sources of one sandbox, in their order. They share the time of one: those that it does not suffice for are
   * undone, but the first, which is then too slow. Never throws because of what a source is.
   */
  makeAll(terms: string, jobs: readonly Job[]): CompileAnswer[] {
    const answers: CompileAnswer[] = []
    const front = this.#isDamaged ? undefined : this.#frontOf(terms)
    if (front) this.#makeWithin(front, jobs, answers)
    if (this.parser.crashed) this.#isDamaged = true
    while (answers.length < jobs.length) answers.push(UNDONE)
    return answers
  }

  #makeWithin(front: Front, jobs: readonly Job[], answers: CompileAnswer[]): void {
    const { compileMs } = front.terms.limits
    const deadline = performance.now() + compileMs
    let isChecking = true
    try {
      within(compileMs, () => {
        for (const job of jobs) {
          if (answers.length > 0 && performance.now() > deadline) return
          isChecking = true
          const checked = this.#check(front, job)
          isChecking = false
          const answer = checked.ok
            ? this.#compile(front.terms, job, checked, deadline)
            : asPythonSays(this.guest, front.terms, job, checked.refusal, deadline)
          // Those before it may have taken the time or the memory that it lacked.
          if (answer instanceof Cut && answers.length > 0) return
          answers.push(answer instanceof Cut ? answer.refusal : answer)
        }
      })
    } catch (error) {
      // tree-sitter aborted, or was cut off, or the checker has a fault: none of them is used again.
      if (isChecking) this.#isDamaged = true
      if (!(error instanceof TimedOut))
        answers.push({
          kind: 'failed',
          reason: error instanceof Error ? error.message : String(error),
        })
      else if (answers.length === 0) answers.push(tooSlow(compileMs))
    }
  }

  /** Compiles a line, so that the first source is not charged for what is done once. */
  warm(): void {
    this.makeAll(WARM_TERMS, [
      {
        source: 'f(x.y, 1)\n',
        mode: 'exec',
        filename: '<warm>',
        parameters: null,
        asFunction: false,
        formals: null,
        provided: [],
        package: null,
        module: null,
        evaluated: false,
        shows: false,
      },
    ])
    this.reset()
  }

  /** Puts the guest back to its image, for the next batch. */
  reset(): void {
    this.guest.reset()
  }

  #frontOf(text: string): Front {
    const known = this.#fronts.get(text)
    if (known) {
      this.#fronts.delete(text)
      this.#fronts.set(text, known)
      return known
    }
    const terms = readTerms(text)
    const front = { terms, analyzer: new Analyzer(this.parser, terms) }
    this.#fronts.set(text, front)
    for (const oldest of this.#fronts.keys()) {
      if (this.#fronts.size <= MOST_CHECKERS) break
      this.#fronts.delete(oldest)
    }
    return front
  }

  #check(
    { terms, analyzer }: Front,
    { source, mode, filename, parameters, provided, package: own, module }: Job,
  ): Checked {
    const names = Array.isArray(parameters) ? (parameters as readonly string[]) : undefined
    const options = { mode, filename, ...(names && { names: [...names, ...provided] }) }
    const inside = (module?.inside ?? own) || undefined
    if (terms.language === 'full' && module?.isSurface !== true) {
      // Full Python is CPython's alone to judge: what is looked at here is its size, and names where they are declared.
      const early = textDiagnostics(new Source(source), terms.limits.sourceBytes).filter(
        ({ code }) => code === 'PR500' || code === 'PR001',
      )
      const { diagnostics, usedNames } =
        parameters === null || early.length > 0
          ? NO_NAMES
          : analyzer.analyze(source, options, { own: terms.own, inside }).result
      const told = [...early, ...diagnostics.filter(({ code }) => code === 'PR209')]
      if (told.length > 0) return { ok: false, refusal: refused(told) }
      return {
        ok: true,
        accepted: unchanged(source, options),
        parameters: names ?? usedNames.filter((name) => !provided.includes(name)),
        warnings: [],
      }
    }
    const analysis = analyzer.analyze(source, options, { own: terms.own, inside })
    if (module?.isSurface) {
      const surface = analysis.tree ? analyzer.surface(analysis.tree) : NO_SURFACE
      return { ok: false, refusal: { ...NO_CODE, guarded: JSON.stringify(surface) } }
    }
    const result = rewritten(analysis, this.#guard, options)
    if (!result.ok) return { ok: false, refusal: refused(result.diagnostics, result.omitted) }
    const { codeBytes } = terms.limits
    if (result.code.length > codeBytes)
      return {
        ok: false,
        refusal: limit(tooLarge(`${result.code.length} characters of guarded text`, codeBytes)),
      }
    return {
      ok: true,
      accepted: result,
      parameters: names ?? analysis.result.usedNames.filter((name) => !provided.includes(name)),
      warnings: analysis.result.warnings,
    }
  }

  #compile(
    { language, limits: { codeBytes, compileMs } }: CompileTerms,
    { source, mode, filename, asFunction, formals, module, evaluated, shows }: Job,
    { parameters, warnings, accepted: { code: guarded, edits } }: Extract<Checked, { ok: true }>,
    deadline: number,
  ): CompileAnswer | Cut {
    const request = compileRequest({
      text: guarded,
      mode,
      filename,
      parameters: asFunction ? parameters : formals,
      value: mode !== 'eval' && module === null && !evaluated,
      module: module !== null,
      evaluated,
      shows,
      codeBytes,
      isFull: language === 'full',
    })
    let response: CompileResponse
    try {
      response = readCompileResponse(
        this.guest.call(request, {
          deadline,
          outputBytes: 0,
          responseBytes: codeBytes + COMPILE_SLACK,
        }),
      )
    } catch (error) {
      if (error instanceof ProtocolError) return { kind: 'failed', reason: error.message }
      if (!(error instanceof Killed)) throw error
      const { kind, detail } = error
      if (kind === 'wall') return new Cut(tooSlow(compileMs))
      const why = [kind, detail].filter(Boolean).join(', ')
      return new Cut(limit(`compiling it takes too much (${why})`))
    }
    if (!response.ok) return placed(response.refusal, source, guarded, edits)
    const { code } = response
    const warned = withPythons(warnings, response.warnings, source)
    if (code.length > codeBytes) return limit(tooLarge(`${code.length} bytes of code`, codeBytes))
    const told = asFunction ? parameters : []
    return { kind: 'code', code, guarded, edits, parameters: told, warnings: warned }
  }
}
