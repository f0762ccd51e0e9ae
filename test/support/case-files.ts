/** Reads fixtures of cases: a first line of what they have in common; then of each `# --- name`, lines `# key: value`, and the code. */
import { readdirSync, readFileSync } from 'node:fs'

export interface Case {
  readonly name: string
  readonly fields: Readonly<Record<string, string>>
  readonly code: string
}

/** The files of `fixtures/FOLDER`, in the order given. @throws where it holds another file, or lacks one. */
export function caseFiles(
  folder: string,
  files: readonly string[],
): readonly { readonly file: string; readonly about: string; readonly cases: readonly Case[] }[] {
  const place = new URL(`../../fixtures/${folder}/`, import.meta.url)
  const found = readdirSync(place)
    .map((name) => name.replace('.py', ''))
    .sort()
  if (JSON.stringify(found) !== JSON.stringify([...files].sort()))
    throw new Error(`fixtures/${folder} holds ${found.join(' ')}`)
  return files.map((file) => {
    const text = readFileSync(new URL(`${file}.py`, place), 'utf8')
    const [head, ...sections] = text.split(/^# --- /m)
    return {
      file,
      about: head!.split('\n')[0]!.replace(/^# /, ''),
      cases: sections.map(readCase),
    }
  })
}

function readCase(section: string): Case {
  const [name, ...lines] = section.split('\n')
  const fields: Record<string, string> = {}
  for (
    let header: RegExpExecArray | null;
    (header = /^# (\w+): (.*)$/.exec(lines[0] ?? ''));
    lines.shift()
  )
    fields[header[1]!] = header[2]!
  return { name: name!, fields, code: lines.join('\n') }
}
