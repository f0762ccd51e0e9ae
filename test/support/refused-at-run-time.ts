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
import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../fixtures/refusals/', import.meta.url)

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
  const found = readdirSync(folder)
    .map((name) => name.replace('.py', ''))
    .sort()
  if (JSON.stringify(found) !== JSON.stringify([...FILES].sort()))
    throw new Error(`fixtures/refusals holds ${found.join(' ')}`)
  return FILES.map((file) => {
    const [head, ...sections] = readFileSync(new URL(`${file}.py`, folder), 'utf8').split(
      /^# --- /m,
    )
    return {
      file,
      about: head!.split('\n')[0]!.replace(/^# /, ''),
      cases: sections.map((section) => readCase(section, file)),
    }
  })
}

function readCase(section: string, file: string): RunTimeRefusal {
  const [name, ...lines] = section.split('\n')
  const fields: Record<string, string> = {}
  for (
    let header: RegExpExecArray | null;
    (header = /^# (\w+): (.*)$/.exec(lines[0] ?? ''));
    lines.shift()
  )
    fields[header[1]!] = header[2]!
  if (Object.keys(fields).join(' ') !== 'told when harms instead')
    throw new Error(`${file}/${name}: its headers are ${Object.keys(fields).join(' ')}`)
  const { told, when, harms, instead } = fields as Record<keyof RunTimeRefusal, string>
  return { name: name!, told, when, harms, instead, code: lines.join('\n').trim() }
}
