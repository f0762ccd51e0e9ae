/**
 * What CPython says of a source, as findings of ours: refusals at their places, better words for text that is no Python, warnings.
 *
 * The words of a compile guest are data that hostile text may have chosen, as any message is.
 */
import type { Diagnostic } from '../diagnostic.js'
import { createMapper } from '../rewrite/map.js'
import { Source } from '../syntax/source.js'
import type { CompileAnswer } from '../trusted/channel/compile-answer.js'
import { ProtocolError } from '../trusted/channel/frames.js'
import { Killed } from '../trusted/wall/killed.js'
import type { Guest } from '../trusted/wall/runtime.js'
import { compileRequest, readCompileResponse, type Refusal } from './guest.js'
import type { CompileTerms, Job } from './jobs.js'
import { refused } from './refusals.js'

/** What a guest's answer may hold beside the code. */
export const COMPILE_SLACK = 65_536
const RULES = { PR900: 'verification', PR901: 'syntax-of-python', PR902: 'compile-limit' } as const
/** Characters of a line that a warning marks at most. */
const MOST_LINE = 10_000
const NO_EDITS = new Int32Array(0)
/** What ours knows of a text that is no Python, where CPython's parser may know more. */
const INVALID = 'PR010'
const SAYS_NOTHING = 'invalid syntax'
/** Refusals that CPython has words of its own for: they are what the exception of an evaluated text says. */
const REFUSED_BY_PYTHON = /^PR(?:00[79]|01\d|102|11\d|13\d)$/

const WARNED = 'PR604'

/**
 * The refusal of a text, in CPython's words where it has better ones than we: where we only know that the syntax is invalid, and
 * of text that a guest evaluates, which raises them.
 */
export function asPythonSays(
  guest: Guest,
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
      guest.call(request, { deadline, outputBytes: 0, responseBytes }),
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

/** What CPython warns of, as it and the check word it: of one line there may be several. */
const KINDS = [/escape/, /comma/, /literal/, /assert/, /finally/]
const kindOf = (message: string): number => KINDS.findIndex((kind) => kind.test(message))

/** The check's warnings, with what CPython says of the same line in place of what the check says, and CPython's others. */
export function withPythons(
  known: readonly Diagnostic[],
  told: readonly (readonly [line: number, message: string])[],
  text: string,
): readonly Diagnostic[] {
  if (told.length === 0) return known
  const source = new Source(text)
  const warnings = [...known]
  const said = new Set<number>()
  for (const [line, message] of told) {
    const at = warnings.findIndex(
      ({ code, span, message: ours }, n) =>
        code === WARNED &&
        span.start.line === line &&
        kindOf(ours) === kindOf(message) &&
        !said.has(n),
    )
    if (at >= 0) {
      said.add(at)
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
export function placed(...[refusal, ...where]: Parameters<typeof findingAt>): CompileAnswer {
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
