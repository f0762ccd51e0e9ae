/**
 * Reads the cases of `fixtures/refusals/*.py`, what a program is told that does at run time what no program may: `# --- name`, then
 *
 *     # told: AttributeError: ...    what it raises, as the guest reads it
 *     # when: a source ...           what the program does
 *     # harms: the policy: ...       whom it would harm, and how
 *     # instead: `type(x)`           what to write
 *
 * and the program.
 */
import { caseFiles, type Case } from './case-files.js'

export interface RunTimeRefusal {
  readonly name: string
  readonly told: string
  readonly when: string
  readonly harms: string
  readonly instead: string
  readonly code: string
}

/** Files in the order of the table; one that is not here is an error. */
const FILES = ['attributes', 'classes', 'metaclasses', 'evaluated', 'library', 'threads', 'host']

export function refusalFiles(): readonly {
  readonly file: string
  /** What its cases have in common: the first line. */
  readonly about: string
  readonly cases: readonly RunTimeRefusal[]
}[] {
  return caseFiles('refusals', FILES).map(({ file, about, cases }) => ({
    file,
    about,
    cases: cases.map((one) => readRefusal(one, file)),
  }))
}

function readRefusal({ name, fields, code }: Case, file: string): RunTimeRefusal {
  if (Object.keys(fields).join(' ') !== 'told when harms instead')
    throw new Error(`${file}/${name}: its headers are ${Object.keys(fields).join(' ')}`)
  const { told, when, harms, instead } = fields as Record<keyof RunTimeRefusal, string>
  return { name, told, when, harms, instead, code: code.trim() }
}
