/** What the formatters are given, and what they promise: data in, text out, no side effects. */
import type { CheckResult } from '../check/checker.js'

/** A source that was checked, and what was found. */
export interface CheckedFile extends Omit<CheckResult, 'ok'> {
  /** As the user named it, relative to the working directory or absolute. */
  readonly file: string
  readonly source: string
}

/** A file that could not be checked, and why. */
export interface Problem {
  readonly file: string
  readonly message: string
}

/** Turns results into text, file by file. Everything returned is safe to print: see visible.ts. */
export interface Formatter {
  /** What to print once a file is checked; formats that are one document return nothing until the end. */
  file(checked: CheckedFile): string
  /** What to print for a file that could not be checked, besides the message on stderr. */
  problem(problem: Problem): string
  end(): string
}

/** How many of what: `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** How many findings a file has, those included that are counted and not listed. */
export function findingsOf({
  diagnostics,
  omitted,
}: Pick<CheckedFile, 'diagnostics' | 'omitted'>): number {
  return diagnostics.length + omitted
}
