/** Predicates of rules: what a captured text must be. Compiled once, to a function of the text alone. */
import { RuleError } from '../errors.js'
import type { Predicate } from './query.js'
import { tableOf } from './tables.js'

/** Whether a captured text, after NFKC normalisation where it is an identifier, is what the predicate asks for. */
export type TextTest = (text: string) => boolean

/** The test that `predicate` stands for. Throws {@link RuleError} for an unknown predicate, table, or bad pattern. */
export function compilePredicate(predicate: Predicate, file: string): TextTest {
  const { name, arguments: operands, line } = predicate
  const fail = (message: string): never => {
    throw new RuleError(`${file}:${line}: ${message}`)
  }
  const negated = name.startsWith('not-')
  const positive = compilePositive(negated ? name.slice(4) : name, operands, fail)
  return negated ? (text) => !positive(text) : positive
}

/** The texts that a predicate lists; undefined for one that describes them, or that excludes. */
export function namesOf({ name, arguments: operands }: Predicate): ReadonlySet<string> | undefined {
  if (name === 'eq?' || name === 'any-of?') return new Set(operands)
  return name === 'in?' ? tableOf(operands[0]) : undefined
}

function compilePositive(
  name: string,
  operands: readonly string[],
  fail: (message: string) => never,
): TextTest {
  const [first = fail(`#${name} has nothing to compare with`)] = operands
  if (name === 'any-of?') {
    const options = new Set(operands)
    return (text) => options.has(text)
  }
  if (operands.length !== 1) return fail(`#${name} takes one operand besides the capture`)
  if (name === 'eq?') return (text) => text === first
  if (name === 'in?') {
    const table = tableOf(first) ?? fail(`there is no table of names "${first}"`)
    return (text) => table.has(text)
  }
  if (name === 'prefix-in?') {
    const prefixes = [...(tableOf(first) ?? fail(`there is no table of names "${first}"`))]
    return (text) => prefixes.some((prefix) => text.startsWith(prefix))
  }
  if (name === 'match?') {
    const pattern = compilePattern(first, fail)
    return (text) => pattern.test(text)
  }
  return fail(`there is no predicate #${name}`)
}

function compilePattern(source: string, fail: (message: string) => never): RegExp {
  try {
    return new RegExp(source)
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}
