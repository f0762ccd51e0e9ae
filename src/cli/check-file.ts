/** Reads one file and checks it: what `check` does with each, in its own thread or in another. */
import type { CheckResult } from '../check/checker.js'
import type { CheckOptions } from '../check/options.js'
import type { Diagnostic } from '../diagnostic.js'
import type { Checker } from '../pipeline.js'
import type { CheckedFile, Problem } from '../report/report.js'
import { checkNotebook, isNotebook } from './notebook.js'
import { ReadError, readSource, STDIN } from './read-source.js'

/** How files are checked, as plain data. */
export interface FileOptions {
  readonly check: CheckOptions
  /** More of a file than this is not read. */
  readonly sourceBytes: number
  /** What stdin is called in reports. */
  readonly stdinName: string
}

/** A notebook holds the results of its cells as well, pictures among them. The limit of the policy holds for each cell. */
const NOTEBOOK_BYTES = 64 << 20

/** What became of one file. */
export type Checked = { readonly checked: readonly CheckedFile[] } | { readonly problem: Problem }

/** Checks the file at `path`, stdin for `-`. */
export function checkFile(checker: Checker, path: string, options: FileOptions): Checked {
  const file = path === '-' ? options.stdinName : path
  try {
    const maxBytes = isNotebook(file)
      ? Math.max(NOTEBOOK_BYTES, options.sourceBytes)
      : options.sourceBytes
    const { text, diagnostic } = readSource(path === '-' ? STDIN : path, maxBytes)
    if (isNotebook(file) && diagnostic === undefined) {
      if (Buffer.byteLength(text) > maxBytes)
        throw new ReadError(`it has more than ${maxBytes} bytes`)
      return { checked: checkNotebook(checker, file, text, { ...options.check, firstLine: 1 }) }
    }
    const result =
      diagnostic === undefined
        ? checker.check(text, { ...options.check, filename: file })
        : refusal(diagnostic)
    return { checked: [{ file, source: text, ...result }] }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error
    return { problem: { file, message: `cannot be read: ${error.message}` } }
  }
}

/** The result of a source that is refused before it is checked. */
export function refusal(diagnostic: Diagnostic): CheckResult {
  return {
    ok: false,
    diagnostics: [diagnostic],
    omitted: 0,
    warnings: [],
    usedNames: [],
    unknownNames: [],
    imports: [],
  }
}
