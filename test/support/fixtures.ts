/**
 * Rule fixtures: Python with what is expected of each line in comments.
 *
 *     point.__dict__  # error: 7 [PR203]        expected on this line, at column 7
 *     # error: 7 [PR203]                        alone on a line: expected on the next line that is none of these
 *     except:  # warning: 1 [PR601]             of warnings likewise
 *     # --- {"mode": "eval"}                    another source begins, with these options; a `policy` may be among them
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { CheckOptions } from '../../src/index.js'
import type { Policy } from '../../src/policy/policy.js'

/** One report that a fixture expects. Lines and columns from 1, of the chunk. */
export interface Expectation {
  readonly severity: string
  readonly line: number
  readonly column: number
  readonly code: string
}

/** One source of a fixture. */
export interface Chunk {
  readonly name: string
  readonly source: string
  readonly options: CheckOptions & { readonly policy?: Policy }
  readonly expected: readonly Expectation[]
}

const FOLDER = new URL('../../fixtures/rules/', import.meta.url)

/** Names of all rule fixtures, without `.py`. */
export function fixtureNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.py'))
    .map((name) => name.slice(0, -'.py'.length))
    .sort()
}

/** The sources of the fixture of that name. */
export function readFixture(name: string): readonly Chunk[] {
  const text = readFileSync(new URL(`${name}.py`, FOLDER), 'utf8')
  const chunks: Chunk[] = []
  const separator = /^# ---(.*)\n/gm
  let from = 0
  let options: Chunk['options'] = {}
  for (let match = separator.exec(text); ; match = separator.exec(text)) {
    const source = text.slice(from, match?.index ?? text.length)
    if (source.trim() !== '' || match === null)
      chunks.push({
        name: `${name} ${chunks.length + 1}`,
        source,
        options,
        expected: expectations(source),
      })
    if (match === null) return chunks
    options = match[1]!.trim() === '' ? {} : (JSON.parse(match[1]!) as Chunk['options'])
    from = separator.lastIndex
  }
}

function expectations(source: string): readonly Expectation[] {
  const lines = source.split('\n')
  const expected: Expectation[] = []
  for (const [index, text] of lines.entries()) {
    let line = index
    while (ALONE.test(lines[line]!)) line += 1
    for (const [, severity, column, code] of text.matchAll(
      /# (error|warning): (\d+) \[(PR\d{3})\]/g,
    )) {
      expected.push({ severity: severity!, line: line + 1, column: Number(column), code: code! })
    }
  }
  return expected.sort(compare)
}

const ALONE = /^\s*# (error|warning): /

/** The order of a report: by place, then by code. */
export function compare(a: Expectation, b: Expectation): number {
  return a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)
}
