/**
 * Files of small programs that say what becomes of them. Programs are separated by lines of `---`. A program is accepted,
 * unless a line ends in `# refused: CODE message`, or a line of its own says `# refused at LINE: CODE message`.
 */
import { readdirSync, readFileSync } from 'node:fs'

/** One program of a file. */
export interface Chunk {
  /** Line of the file on which it begins, from 1. */
  readonly at: number
  readonly text: string
  readonly refused: {
    readonly code: string
    readonly message: string
    readonly line: number
  } | null
}

/** The programs of each `.py` file of a folder under `fixtures/`, by file name. */
export function chunksOf(folder: string): [file: string, chunks: Chunk[]][] {
  const url = new URL(`../../fixtures/${folder}/`, import.meta.url)
  return readdirSync(url)
    .filter((name) => name.endsWith('.py'))
    .sort()
    .map((name) => [name, readChunks(readFileSync(new URL(name, url), 'utf8'))])
}

function readChunks(text: string): Chunk[] {
  let at = 1
  return text.split(/^---\n/m).map((chunk) => {
    const found =
      /^(?<before>[^]*?)# refused(?: at (?<line>\d+))?: (?<code>PR\d+) (?<message>.*)$/m.exec(chunk)
    const begun = at
    at += chunk.split('\n').length
    if (!found) return { at: begun, text: chunk, refused: null }
    const { before, line, code, message } = found.groups as {
      before: string
      line?: string
      code: string
      message: string
    }
    return {
      at: begun,
      text: chunk,
      refused: {
        code,
        message,
        line: line === undefined ? before.split('\n').length : Number(line),
      },
    }
  })
}
