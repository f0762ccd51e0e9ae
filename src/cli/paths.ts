/**
 * Which files `check` is asked about. Nothing is left out silently: no folder is skipped for its name (an author who is an
 * attacker would use that name), and what matches nothing or cannot be listed is a problem, not a clean result.
 */
import { readdirSync, statSync, type Stats } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import type { Problem } from '../report/report.js'

/** `-` for stdin, else a file's name as it is to be shown. */
export type Path = string

/** The files that arguments stand for, each once, in the order given and sorted within folders and globs. */
export async function collectPaths(
  given: readonly string[],
): Promise<{ files: readonly Path[]; problems: readonly Problem[] }> {
  const files = new Map<string, Path>()
  const problems: Problem[] = []
  const add = (file: Path) => {
    const key = file === '-' ? '-' : resolve(file)
    if (!files.has(key)) files.set(key, file)
  }
  for (const path of given) {
    const stats = path === '-' ? undefined : statsOf(path)
    if (stats?.isDirectory()) {
      const before = problems.length
      const found = pythonFiles(path, problems)
      found.forEach(add)
      if (found.length === 0 && problems.length === before)
        problems.push({ file: path, message: 'there is no .py file in this folder' })
    } else if (stats === undefined && path !== '-' && GLOB.test(path)) {
      const found = await globFiles(path)
      found.forEach(add)
      if (found.length === 0)
        problems.push({
          file: path,
          message: path.startsWith('!') ? 'nothing can be left out' : 'no file matches',
        })
    } else {
      add(path)
    }
  }
  return { files: [...files.values()], problems }
}

const GLOB = /[*?[\]{}!]/

async function globFiles(pattern: string): Promise<readonly string[]> {
  const { glob } = await import('tinyglobby')
  const found = await glob(pattern, {
    dot: true,
    onlyFiles: true,
    followSymbolicLinks: false,
    expandDirectories: false,
    absolute: isAbsolute(pattern),
  })
  return found.sort()
}

/** Every `.py` file below a folder. Links to folders are not followed: they may lead out of it, or round in a circle. */
function pythonFiles(folder: string, problems: Problem[]): readonly string[] {
  const found: string[] = []
  const folders = [folder]
  while (folders.length > 0) {
    const current = folders.pop()!
    try {
      const entries = readdirSync(current, { withFileTypes: true }).sort((a, b) =>
        a.name < b.name ? 1 : -1,
      )
      for (const entry of entries) {
        const path = join(current, entry.name)
        if (entry.isDirectory()) folders.push(path)
        else if (entry.name.endsWith('.py') && !linksToFolder(entry.isSymbolicLink(), path))
          found.push(path)
      }
    } catch (error) {
      problems.push({
        file: current,
        message: `cannot list this folder: ${(error as Error).message}`,
      })
    }
  }
  return found.sort()
}

function linksToFolder(isLink: boolean, path: string): boolean {
  return isLink && statsOf(path)?.isDirectory() === true
}

/** Undefined for what is not there or cannot be asked: reading it will say why. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
