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
import { createMapper } from '../rewrite/map.js'
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
import { compileRequest, readCompileResponse, type CompileResponse, type Refusal } from './guest.js'
import { readTerms, type CompileTerms, type Job } from './jobs.js'
import { limit, refused, tooLarge, tooSlow } from './refusals.js'

const COMPILE_SLACK = 65_536
/** Characters of a line that a warning marks at most. */
const MOST_LINE = 10_000
const NO_EDITS = new Int32Array(0)
const NO_NAMES = { diagnostics: [], usedNames: [] }
/** Checkers of so many policies are kept. */
const MOST_CHECKERS = 32
/** A parser whose memory has grown beyond this is not kept: memory of WebAssembly is never given back but with its owner. */
const PARSER_BYTES = 192 << 20
/** And a guest's: a megabyte of short lines takes it 400. */
const GUEST_BYTES = 256 << 20

const RULES = { PR900: 'verification', PR901: 'syntax-of-python', PR902: 'compile-limit' } as const

const WARM_TERMS = JSON.stringify({
  language: 'restricted',
  modules: 'standard',
  builtins: [],
  own: {},
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
            : this.#asPythonSays(front.terms, job, checked.refusal, deadline)
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

  /**
   * The refusal of a text, in CPython's words where it has better ones than we: where we only know that the syntax is invalid, and
   * of text that a guest evaluates, which raises them.
   */
  #asPythonSays(
    { limits: { codeBytes } }: CompileTerms,
    { source, mode, filename, formals, evaluated }: Job,
    refusal: CompileAnswer,
    deadline: number,
  ): CompileAnswer {
    const first = refusal.kind === 'refused' ? refusal.findings[0] : undefined
    if (first === undefined) return refusal
    if (evaluated ? !REFUSED_BY_PYTHON.test(first.code) : first.code !== INVALID) return refusal
    const request = compileRequest({
      text: source,
      mode,
      filename,
      parameters: formals,
      value: false,
      module: false,
      evaluated,
      shows: false,
      codeBytes,
      isFull: true,
    })
    const responseBytes = codeBytes + COMPILE_SLACK
    try {
      const response = readCompileResponse(
        this.guest.call(request, { deadline, outputBytes: 0, responseBytes }),
      )
      if (response.ok || response.refusal.code !== 'PR901') return refusal
      if (evaluated) return placed(response.refusal, source, source, NO_EDITS)
      const { message } = response.refusal
      if (message === SAYS_NOTHING) return refusal
      const { span } = findingAt(response.refusal, source, source, NO_EDITS)
      const isSameLine = span.start.line === first.span.start.line
      const hint = isSameLine && first.hint !== undefined ? { hint: first.hint } : {}
      return refused([{ code: INVALID, rule: first.rule, message, span, ...hint }])
    } catch (error) {
      // It explains what is refused anyway.
      if (error instanceof ProtocolError || error instanceof Killed) return refusal
      throw error
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

/** What ours knows of a text that is no Python, where CPython's parser may know more. */
const INVALID = 'PR010'
const SAYS_NOTHING = 'invalid syntax'
/** Refusals that CPython has words of its own for: they are what the exception of an evaluated text says. */
const REFUSED_BY_PYTHON = /^PR(?:00[79]|01\d|102|11\d|13\d)$/

const WARNED = 'PR604'

/** The check's warnings, with what CPython says of the same line in place of what the check says, and CPython's others. */
function withPythons(
  known: readonly Diagnostic[],
  told: readonly (readonly [line: number, message: string])[],
  text: string,
): readonly Diagnostic[] {
  if (told.length === 0) return known
  const source = new Source(text)
  const warnings = [...known]
  for (const [line, message] of told) {
    const at = warnings.findIndex(({ code, span }) => code === WARNED && span.start.line === line)
    if (at >= 0) {
      warnings[at] = { ...warnings[at]!, message }
      continue
    }
    const from = source.lineStarts[line - 1] ?? 0
    const [whole, blanks] = /^([ \t\f]*)[^\r\n]*/.exec(text.slice(from, from + MOST_LINE))!
    const span = source.span(from + blanks!.length, from + whole.length)
    warnings.push({ code: WARNED, rule: 'syntax-warning', message, span })
  }
  return warnings.sort((a, b) => a.span.start.offset - b.span.start.offset)
}

/** A refusal of the compile guest's, at its place in the source as written. */
function placed(...[refusal, ...where]: Parameters<typeof findingAt>): CompileAnswer {
  return refused([findingAt(refusal, ...where)])
}

function findingAt(
  { code, message, start, end }: Refusal,
  source: string,
  guarded: string,
  edits: Int32Array,
): Diagnostic {
  const mapper = createMapper(source, guarded, edits)
  const from = mapper.toSource(start.line, start.column, 'start')
  const to = mapper.toSource(end.line, end.column, 'end')
  const span = { start: from, end: to.offset > from.offset ? to : from }
  return { code, rule: RULES[code], message, span }
}
