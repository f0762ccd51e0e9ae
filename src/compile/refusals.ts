/** Refusals of a source for what it takes, told of the whole of it. */
import type { Diagnostic } from '../diagnostic.js'
import type { CompileAnswer } from '../trusted/channel/compile-answer.js'

/** What is refused, as an answer. */
export function refused(findings: readonly Diagnostic[], omitted = 0): CompileAnswer {
  return { kind: 'refused', findings, omitted }
}

/** A refusal of the whole source, for what it takes. */
export function limit(message: string): CompileAnswer {
  const start = { line: 1, column: 1, offset: 0 }
  return refused([{ code: 'PR902', rule: 'compile-limit', message, span: { start, end: start } }])
}

/** A refusal for time. */
export function tooSlow(compileMs: number): CompileAnswer {
  return limit(
    `checking and compiling it takes more than ${compileMs} milliseconds; policy.limits.compileMs raises it`,
  )
}

/** What a refusal says of a size. */
export function tooLarge(what: string, allowed: number): string {
  return `${what}, of ${allowed} allowed; policy.limits.codeBytes raises it`
}
