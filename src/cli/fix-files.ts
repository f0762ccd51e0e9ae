/**
 * `check --fix` and `--diff`: repairs files in place, or shows what that would change. A link is never written through: it may
 * lead out of the folder that was named.
 */
import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { createTwoFilesPatch } from 'diff'
import { count } from '../report/report.js'
import { loadParser } from '../syntax/parse.js'
import type { CheckJob } from './check-files.js'
import { fixSource } from './fixes.js'
import { outputFilter } from './guest-output.js'
import { loadPipeline } from './load-pipeline.js'
import { isNotebook } from './notebook.js'
import { complain, print } from './output.js'
import { ReadError, readSource } from './read-source.js'
import { UsageError } from './status.js'

/** Repairs what can be repaired; with `onlyShow`, prints a diff instead. Tells whether anything was to be changed. */
export async function fixFiles(
  { files, policy, options }: Pick<CheckJob, 'files' | 'policy' | 'options'>,
  onlyShow: boolean,
): Promise<boolean> {
  if (files.includes('-')) throw new UsageError('--fix and --diff are for files, not for stdin')
  const { createChecker } = await loadPipeline()
  const [checker, parser] = await Promise.all([createChecker(policy), loadParser()])
  const shown = outputFilter(1)
  const total = { findings: 0, files: 0 }
  for (const file of files) {
    if (isNotebook(file) || isLink(file)) continue
    const text = readable(file, options.sourceBytes)
    if (text === undefined) continue
    const fixed = fixSource(text, checker, parser, options.check)
    if (fixed.count === 0) continue
    total.findings += fixed.count
    total.files++
    if (onlyShow) print(shown(patch(file, text, fixed.text)))
    else write(file, text, fixed.text)
  }
  const what = `${count(total.findings, 'problem')} in ${count(total.files, 'file')}`
  if (total.files > 0) complain(onlyShow ? `--fix would repair ${what}` : `repaired ${what}`)
  return total.files > 0
}

function patch(file: string, before: string, after: string): string {
  const text = createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, '', '', { context: 3 })
  return text.slice(text.indexOf('---'))
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

/** The text of a file; undefined for what cannot be read or decoded, which the check that follows tells. */
function readable(file: string, maxBytes: number): string | undefined {
  try {
    const { text, diagnostic } = readSource(file, maxBytes)
    return diagnostic === undefined ? text : undefined
  } catch (error) {
    if (error instanceof ReadError) return undefined
    throw error
  }
}

/** Writes a file anew, unless it is not what was read any more. A byte order mark stays. */
function write(file: string, before: string, after: string): void {
  const mark = '\ufeff'
  const now = readFileSync(file, 'utf8')
  const marked = now.startsWith(mark) ? mark : ''
  if (now !== marked + before) throw new UsageError(`${file}: it changed while it was repaired`)
  try {
    writeFileSync(file, marked + after)
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${(error as Error).message}`)
  }
}
