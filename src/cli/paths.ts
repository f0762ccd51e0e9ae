/**
 * Which files `check` is asked about. Nothing is left out silently: what is left out is counted and told, and what matches
 * nothing or cannot be listed is a problem, not a clean result.
 */
import { statSync, type Stats } from 'node:fs'
import { resolve } from 'node:path'
import type { Problem } from '../report/report.js'
import type { LeaveOutOptions } from './leave-out.js'
import { LeftOutCounter, type LeftOut } from './left-out.js'

/** `-` for stdin, else a file's name as it is to be shown. */
export type Path = string

/** What is to be checked, what is wrong with what was asked for, and what is left out. */
export interface Collected {
  readonly files: readonly Path[]
  readonly problems: readonly Problem[]
  readonly leftOut: readonly LeftOut[]
}

const GLOB = /[*?[\]{}!]/

/** The files that arguments stand for, each once, in the order given and sorted within folders and globs. */
export async function collectPaths(
  given: readonly string[],
  options: LeaveOutOptions,
): Promise<Collected> {
  const files = new Map<string, Path>()
  const problems: Problem[] = []
  const leftOut = new LeftOutCounter()
  const add = (file: Path) => {
    const key = file === '-' ? '-' : resolve(file)
    if (!files.has(key)) files.set(key, file)
  }
  const kinds = given.map((path) => kindOf(path))
  // Loaded only for what needs it: one named file is checked all day long.
  const isPlain = kinds.every((kind) => kind === 'file') && options.exclude.length === 0
  const walker = isPlain
    ? undefined
    : new (await import('./walk.js')).Walker(options, leftOut, problems)
  for (const [index, path] of given.entries()) {
    if (walker === undefined || (kinds[index] === 'file' && path === '-')) {
      add(path)
    } else if (kinds[index] === 'file') {
      if (!walker.isExcluded(path)) add(path)
    } else {
      const before = { problems: problems.length, leftOut: leftOut.total }
      const found = kinds[index] === 'folder' ? walker.folder(path) : await walker.glob(path)
      found.forEach(add)
      if (found.length === 0 && problems.length === before.problems)
        problems.push({
          file: path,
          message:
            leftOut.total > before.leftOut
              ? 'every file in it is left out; --all checks what is ignored'
              : nothing(path, kinds[index]!),
        })
    }
  }
  return { files: [...files.values()], problems, leftOut: leftOut.list() }
}

function kindOf(path: string): 'file' | 'folder' | 'glob' {
  const stats = path === '-' ? undefined : statsOf(path)
  if (stats?.isDirectory()) return 'folder'
  return stats === undefined && path !== '-' && GLOB.test(path) ? 'glob' : 'file'
}

function nothing(path: string, kind: 'file' | 'folder' | 'glob'): string {
  if (kind === 'folder') return 'there is no .py or .ipynb file in this folder'
  return path.startsWith('!') ? 'nothing can be left out by "!"; --exclude does' : 'no file matches'
}

/** Undefined for what is not there or cannot be asked: reading it will say why. */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
