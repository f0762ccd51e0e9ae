/** Reads fixtures of cases: a first line of what they have in common; then of each `# --- name`, lines `# key: value`, and the code. */
import { readdirSync, readFileSync } from 'node:fs'

/** What stands between one `# --- name` and the next. */
export interface Section {
  readonly file: string
  readonly name: string
  readonly text: string
}

/** A section whose text begins with lines `# key: value`. */
export interface Case {
  readonly name: string
  readonly fields: Readonly<Record<string, string>>
  readonly code: string
}

const placeOf = (folder: string): URL => new URL(`../../fixtures/${folder}/`, import.meta.url)

/** The sections of one file, and what stands before the first. */
function read(
  folder: string,
  file: string,
): { readonly head: string; readonly sections: Section[] } {
  const [head, ...parts] = readFileSync(new URL(file, placeOf(folder)), 'utf8').split(/^# --- /m)
  const sections = parts.map((part) => {
    const end = part.indexOf('\n')
    return { file, name: part.slice(0, end), text: part.slice(end + 1) }
  })
  return { head: head!, sections }
}

/** All sections of those files of `fixtures/FOLDER` that are `wanted`. */
export function sectionsOf(
  folder: string,
  wanted: (file: string) => boolean = () => true,
): readonly Section[] {
  return readdirSync(placeOf(folder))
    .filter(wanted)
    .sort()
    .flatMap((file) => read(folder, file).sections)
}

/** The files of `fixtures/FOLDER`, in the order given. @throws where it holds another file, or lacks one. */
export function caseFiles(
  folder: string,
  files: readonly string[],
): readonly { readonly file: string; readonly about: string; readonly cases: readonly Case[] }[] {
  const found = readdirSync(placeOf(folder))
    .map((name) => name.replace('.py', ''))
    .sort()
  if (JSON.stringify(found) !== JSON.stringify([...files].sort()))
    throw new Error(`fixtures/${folder} holds ${found.join(' ')}`)
  return files.map((file) => {
    const { head, sections } = read(folder, `${file}.py`)
    return { file, about: head.split('\n')[0]!.replace(/^# /, ''), cases: sections.map(caseOf) }
  })
}

/** A section as a case. */
export function caseOf({ name, text }: Section): Case {
  const lines = text.split('\n')
  const fields: Record<string, string> = {}
  for (
    let header: RegExpExecArray | null;
    (header = /^# (\w+): (.*)$/.exec(lines[0] ?? ''));
    lines.shift()
  )
    fields[header[1]!] = header[2]!
  return { name, fields, code: lines.join('\n') }
}
