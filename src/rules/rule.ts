/** Rule files: a header of comments that people read, then a query that the matcher compiles. */
import { RuleError } from '../errors.js'
import type { Code } from '../diagnostic.js'

/** What a rule says for itself; `explain('PR203')` and `pyrestrict rule PR203` show it. */
export interface Rule {
  readonly code: Code
  /** Kebab case, as in `dunder-attribute`. */
  readonly name: string
  /** The name in words, as a heading. */
  readonly title: string
  /** `warning` for advice about accepted code (PR6xx), `error` for everything else. */
  readonly severity: 'error' | 'warning'
  /** What is refused (of a warning: what it is about). Markdown, like the next three. */
  readonly denies: string
  /** Why it is refused: the attack it would allow, or what would go wrong. */
  readonly why: string
  /** What to write instead. */
  readonly instead: string
  /** Python that is refused, and Python that does the same and is accepted; absent where nothing needs showing. */
  readonly example?: string
}

/** A rule file, read but not compiled. */
export interface RuleFile {
  readonly rule: Rule
  /** The file as messages name it. */
  readonly file: string
  /** The whole text: comments are the header, the rest is the query. Positions in errors are the file's own. */
  readonly text: string
  /** False for rules that no query can express; code in src/check or src/syntax emits them. */
  readonly hasQuery: boolean
}

/** Codes PR6xx are of warnings. */
export function severityOf(code: string): 'error' | 'warning' {
  return code.startsWith('PR6') ? 'warning' : 'error'
}

const FILE_NAME = /^(PR\d{3})-([a-z0-9]+(?:-[a-z0-9]+)*)\.scm$/
const SECTIONS = ['Denies', 'Why', 'Instead', 'Example'] as const

/** Reads a rule file. Throws {@link RuleError}, naming the line, for a header that is not as the others are. */
export function parseRule(fileName: string, text: string): RuleFile {
  const file = `grammar-rules/${fileName}`
  const [, code, name] =
    FILE_NAME.exec(fileName) ?? fail(file, 1, 'a rule file is named PRnnn-rule-name.scm')
  const lines = text.split('\n')
  const header = lines.slice(0, lines.findIndex((line) => !line.startsWith(';')) >>> 0)
  if (header[0] !== `; ${code} ${name}`) fail(file, 1, `the first line must be "; ${code} ${name}"`)
  const sections = readSections(header, file)
  const example = sections.get('Example')
  return {
    file,
    text,
    hasQuery: lines.slice(header.length).some((line) => /^\s*[^;\s]/.test(line)),
    rule: Object.freeze({
      code: code as Code,
      name: name!,
      title: name![0].toUpperCase() + name!.slice(1).replaceAll('-', ' '),
      severity: severityOf(code!),
      denies: sections.get('Denies') ?? fail(file, 1, 'the header has no "## Denies"'),
      why: sections.get('Why') ?? fail(file, 1, 'the header has no "## Why"'),
      instead: sections.get('Instead') ?? fail(file, 1, 'the header has no "## Instead"'),
      ...(example === undefined ? {} : { example }),
    }),
  }
}

function readSections(header: readonly string[], file: string): Map<string, string> {
  const sections = new Map<string, string>()
  let current: string | undefined
  for (const [index, line] of header.entries()) {
    const text = line.replace(/^; ?/, '').trimEnd()
    const heading = /^## (.*)$/.exec(text)?.[1]
    if (heading !== undefined) {
      if (!SECTIONS.some((name) => name === heading))
        fail(file, index + 1, `there is no section "${heading}"`)
      if (sections.has(heading)) fail(file, index + 1, `section "${heading}" is there twice`)
      sections.set(heading, '')
      current = heading
    } else if (current !== undefined) {
      sections.set(current, `${sections.get(current)}\n${text}`)
    }
  }
  for (const [heading, text] of sections) {
    if (text.trim() === '') fail(file, 1, `section "${heading}" is empty`)
    sections.set(heading, text.replace(/^\n+|\n+$/g, ''))
  }
  return sections
}

function fail(file: string, line: number, message: string): never {
  throw new RuleError(`${file}:${line}: ${message}`)
}
