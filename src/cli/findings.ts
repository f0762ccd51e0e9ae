/** Findings of one source as frames, for commands whose output is something else. */
import type { Diagnostic } from '../diagnostic.js'
import { COLOURS, PLAIN } from '../report/paint.js'
import { count } from '../report/report.js'
import { describe } from '../report/text.js'

/** A frame for each finding, and how many there are. */
export function describeFindings(file: string, source: string, found: readonly Diagnostic[], colour: boolean): string {
  const paint = colour ? COLOURS : PLAIN
  return `${found.map((one) => `${describe(file, source, one, 'error', paint)}\n\n`).join('')}${
    paint.error(`Refused: ${count(found.length, 'problem')}`)}.\n`
}
