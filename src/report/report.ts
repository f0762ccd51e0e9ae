/** What the formatters are given, and what they promise: data in, text out, no side effects. */
import type { CheckResult } from '../check/checker.js'

/** A source that was checked, and what was found. */
export interface CheckedFile extends Omit<CheckResult, 'ok'> {
  /** As the user named it, relative to the working directory or absolute. */
  readonly file: string
  readonly source: string
  /** Which cell of a notebook this is, counted from 1; a notebook is reported cell by cell, one after the other. */
  readonly cell?: number
  /** How many findings and warnings the operator did not select; they are in no list here. */
  readonly unselected?: number
}

/** How bad a finding is: an error refuses the source, a warning is advice. */
export type Severity = 'error' | 'warning'

/** What is told at the end, beside the findings. */
export interface Remarks {
  /** What was not looked at, by rule. */
  readonly leftOut: readonly {
    readonly rule: string
    readonly from: string
    readonly folders: number
    readonly files: number
    readonly first: string
  }[]
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
  end(remarks?: Remarks): string
}

/** The name of a source in reports: the file's, and of a notebook the cell's too. */
export function placeOf({ file, cell }: Pick<CheckedFile, 'file' | 'cell'>): string {
  return cell === undefined ? file : `${file}:cell ${cell}`
}

/** Counts what was checked, for summaries; a notebook's cells are one file. */
export class Totals {
  files = 0
  /** Files with a finding. */
  faulty = 0
  findings = 0
  warnings = 0
  unselected = 0
  private file: string | undefined
  private isFaulty = false

  add(checked: CheckedFile): void {
    const { file, cell, warnings, unselected = 0 } = checked
    const isNew = cell === undefined || file !== this.file
    if (isNew) [this.file, this.isFaulty] = [file, false]
    const findings = findingsOf(checked)
    this.files += isNew ? 1 : 0
    this.faulty += findings > 0 && !this.isFaulty ? 1 : 0
    this.isFaulty ||= findings > 0
    this.findings += findings
    this.warnings += warnings.length
    this.unselected += unselected
  }
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
