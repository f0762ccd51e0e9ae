/** What an outcome holds, where it is the one that a test is about; otherwise the whole outcome, as the test's failure. */
import type { Outcome, Waiting } from '../../src/index.js'

export function returned(outcome: Outcome): unknown {
  if (outcome.status !== 'returned') throw new Error(JSON.stringify(outcome, undefined, 1))
  return outcome.value
}

/** `Type: message`. */
export function raised(outcome: Outcome): string {
  if (outcome.status !== 'raised') throw new Error(JSON.stringify(outcome))
  return `${outcome.exception.type}: ${outcome.exception.message}`
}

export function waiting(outcome: Outcome): Waiting {
  if (outcome.status !== 'waiting') throw new Error(JSON.stringify(outcome, undefined, 1))
  return outcome
}
