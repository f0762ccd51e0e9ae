/** Mode `eval`: a source that is one expression, as Python's `eval` takes it. */
import type { Reading } from '../rules/reading.js'
import type { Source } from '../syntax/source.js'
import type { Findings, Wording } from './findings.js'
import type { KnownKinds } from './kind-ids.js'

/** Reports where the source is not one expression. Comments, blank lines and leading blanks may stand around it. */
export function requireOneExpression(reading: Reading, source: Source, kinds: KnownKinds, findings: Findings): void {
  const { kind, skip, start, end } = reading.tree
  const report = (from: number, to: number, wording: Wording): void => findings.addAt('PR102', from, to, () => wording)
  let expression = -1
  for (let child = 1; child < skip[0]; child = skip[child]) {
    if (kind[child] === kinds.comment || kind[child] === kinds.line_continuation) continue
    if (expression >= 0) {
      const what = source.text.slice(start[child], end[child]) === ';' ? 'nothing may follow the expression' : 'one expression is expected, and here is more'
      return report(start[child], end[child], { message: what, hint: 'leave out what follows the expression' })
    }
    if (kind[child] !== kinds.expression_statement) {
      return report(start[child], end[child], { message: 'an expression is expected, not a statement', hint: 'write a value: `a if test else b` chooses one' })
    }
    expression = child
  }
  if (expression < 0) {
    const at = source.text.length
    return report(at, at, { message: 'an expression is expected, and there is none', hint: 'write a value' })
  }
  for (let child = expression + 1; child < skip[expression]; child = skip[child]) {
    const here = kind[child]
    if (here === kinds.assignment || here === kinds.augmented_assignment) {
      return report(start[child], end[child], { message: 'an expression is expected, not an assignment', hint: 'write the value alone, or `==` to compare' })
    }
    if (here === kinds.yield) {
      return report(start[child], end[child], { message: 'an expression is expected, not `yield`', hint: undefined })
    }
    if (here === kinds.list_splat) {
      return report(start[child], end[child], { message: 'a starred value needs brackets around it', hint: 'write `(*values,)`' })
    }
  }
}
