/** Findings of one source as frames, for commands whose output is something else. */
import { COLOURS, PLAIN } from '../report/paint.js'
import { count, findingsOf, type CheckedFile } from '../report/report.js'
import { describe, more } from '../report/text.js'

/** A frame for each finding, and how many there are. */
export function describeFindings(
  file: string,
  source: string,
  found: Pick<CheckedFile, 'diagnostics' | 'omitted'>,
  colour: boolean,
): string {
  const paint = colour ? COLOURS : PLAIN
  const frames = found.diagnostics.map(
    (one) => `${describe(file, source, one, 'error', paint)}\n\n`,
  )
  return `${frames.join('')}${found.omitted > 0 ? `${paint.error(more(found.omitted))}\n\n` : ''}${paint.error(
    `Refused: ${count(findingsOf(found), 'problem')}`,
  )}.\n`
}
