/** Texts that guests evaluate: which sources may ask for it, and how one is compiled, as the effect `evaluate` asks for it. */
import type { ResolvedPolicy } from '../policy/policy.js'
import { EVALUATORS } from '../trusted/language/language.js'
import { EVALUATING } from '../trusted/language/modules.js'
import type { CompiledText, CompileText, FindingRow } from '../trusted/broker/evaluate.js'
import type { Compiler, TextAnswer } from './compiler.js'
import { Code } from './code.js'

/** As many diagnostics of a text are told to the guest. */
const MOST_TOLD = 10

/** Whether guests have the host compile text. Full Python has its own `eval`, and asks nobody. */
export function evaluates({ evaluate, language }: ResolvedPolicy): boolean {
  return evaluate && language === 'restricted'
}

const NAMES = new RegExp(String.raw`\b(?:${[...EVALUATORS, ...EVALUATING].join('|')})\b`)

/** Whether a source may name `eval`, `exec` or `compile`, or a module that does it for a program: Python reads a name as this normalises it. */
export function mayEvaluate(source: string): boolean {
  return (
    NAMES.test(source) || (!/^[\0-\x7f]*$/.test(source) && NAMES.test(source.normalize('NFKC')))
  )
}

/** Compiles texts with a sandbox's own compiler. */
export function compileText(compiler: Compiler): CompileText {
  return (text, mode, signal) => {
    const known = compiler.knownText(text, mode)
    if (known) return { code: known.bytes, ms: 0 }
    const answer = compiler.compileText(text, mode, signal)
    return answer instanceof Promise ? answer.then(told) : told(answer)
  }
}

function told({ compiled, ms }: TextAnswer): CompiledText {
  if (compiled instanceof Code) return { code: compiled.bytes, ms }
  if (compiled.status === 'cancelled') return { failed: 'the run is over', ms }
  if (compiled.status === 'crashed') return { failed: compiled.reason, ms }
  const { diagnostics, omitted } = compiled
  const refused = diagnostics
    .slice(0, MOST_TOLD)
    .map(({ code, message, hint, span: { start, end } }): FindingRow => {
      const place = [start.line, start.column, end.line, end.column] as const
      return [code, message, hint ?? null, ...place]
    })
  return { refused, omitted: omitted + diagnostics.length - refused.length, ms }
}
