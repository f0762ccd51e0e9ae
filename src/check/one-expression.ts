/** Mode `eval`: a source that is one expression, as Python's `eval` takes it. */
import type { Reading } from '../rules/reading.js'
import type { Source } from '../syntax/source.js'
import type { Findings, Wording } from './findings.js'
import type { KnownKinds } from './kind-ids.js'

/** Reports where the source is not one expression. Comments, blank lines and leading blanks may stand around it. */
export function requireOneExpression(
  reading: Reading,
  source: Source,
  kinds: KnownKinds,
  findings: Findings,
): void {
  const { kind, skip } = reading.tree
  const refuse = (node: number, message: string, hint?: string): void =>
    findings.say('PR102', node, message, hint)
  let expression = 0
  for (let child = 1; child < skip[0]; child = skip[child]) {
    if (kind[child] === kinds.comment || kind[child] === kinds.line_continuation) continue
    if (expression > 0)
      return refuse(
        child,
        'nothing may follow the expression',
        'leave out what follows the expression',
      )
    if (kind[child] !== kinds.expression_statement) {
      return refuse(
        child,
        'an expression is expected, not a statement',
        insteadOf(kind[child], kinds),
      )
    }
    expression = child
  }
  if (expression === 0) {
    const at = source.text.length
    const wording: Wording = {
      message: 'an expression is expected, and there is none',
      hint: 'write a value',
    }
    return findings.addAt('PR102', at, at, () => wording)
  }
  for (let child = expression + 1; child < skip[expression]; child = skip[child]) {
    const here = kind[child]
    if (here === kinds.assignment || here === kinds.augmented_assignment) {
      return refuse(
        child,
        'an expression is expected, not an assignment',
        'write the value alone, or `==` to compare',
      )
    }
    if (here === kinds.yield) return refuse(child, 'an expression is expected, not `yield`')
    if (here === kinds.list_splat)
      return refuse(child, 'a starred value needs brackets around it', 'write `(*values,)`')
  }
}

function insteadOf(statement: number, kinds: KnownKinds): string {
  if (statement === kinds.return_statement) return 'write the value alone'
  if (statement === kinds.import_statement || statement === kinds.import_from_statement)
    return 'leave it out, and name the module where it is used: `math.sqrt(x)`'
  return 'write a value: `a if test else b` chooses one'
}
