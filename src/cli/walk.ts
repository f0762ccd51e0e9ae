/**
 * The files below a folder and those of a glob, without what is left out. Loaded when a folder or a glob is given: a single
 * file needs nothing of it.
 */
import { readdirSync, realpathSync, type Dirent } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import type { Problem } from '../report/report.js'
import { LeaveOut, type LeaveOutOptions } from './leave-out.js'
import { DANGLING, USUAL, type LeftOutCounter } from './left-out.js'
import { statsOf } from './paths.js'

/** What is checked of a folder: programs, and notebooks. */
const CHECKED = /\.(?:py|ipynb)$/

/** How many entries of a usual folder are looked at for something that would be checked. */
const MOST_PEEKED = 10_000

/** Finds files; one instance serves one command, and counts in `leftOut` what it passes by. */
export class Walker {
  private readonly leaveOut: LeaveOut

  constructor(
    options: LeaveOutOptions,
    private readonly leftOut: LeftOutCounter,
    private readonly problems: Problem[],
  ) {
    this.leaveOut = new LeaveOut(options)
  }

  /** Whether the operator excludes a file that he named as well; it is counted then. */
  isExcluded(file: string): boolean {
    const reason = this.leaveOut.exclusion(resolve(file), false)
    if (reason !== undefined) this.leftOut.add(reason, file, 'files')
    return reason !== undefined
  }

  /** Every file below a folder, sorted. Links to folders are not followed: they may lead out of it, or round in a circle. */
  folder(folder: string): readonly string[] {
    const root = resolve(folder)
    const found: string[] = []
    const links: string[] = []
    const folders = [folder]
    while (folders.length > 0) {
      const current = folders.pop()!
      for (const entry of this.entries(current)) {
        const path = join(current, entry.name)
        if (!entry.isDirectory() && !CHECKED.test(entry.name)) continue
        const target = entry.isSymbolicLink() ? statsOf(path) : undefined
        if (target?.isDirectory()) continue
        const reason = this.leaveOut.reason(resolve(path), entry.isDirectory(), root)
        if (reason !== undefined) {
          if (!entry.isDirectory()) this.leftOut.add(reason, path, 'files')
          else if (reason.from !== USUAL || mayHold(path)) this.leftOut.add(reason, path, 'folders')
        } else if (entry.isDirectory()) folders.push(path)
        else if (!entry.isSymbolicLink()) found.push(path)
        else if (target === undefined) this.leftOut.add(DANGLING, path, 'files')
        else links.push(path)
      }
    }
    return [...found, ...withoutTwins(links, found)].sort()
  }

  /** The files of a glob, sorted. */
  async glob(pattern: string): Promise<readonly string[]> {
    const { glob } = await import('tinyglobby')
    const found = await glob(pattern, {
      dot: true,
      onlyFiles: true,
      followSymbolicLinks: false,
      expandDirectories: false,
      absolute: isAbsolute(pattern),
    })
    const root = resolve(fixedPart(pattern))
    return found.sort().filter((path) => {
      const left = this.leaveOut.reasonOnTheWay(resolve(path), root)
      if (left !== undefined) this.leftOut.add(left.reason, path, 'files')
      return left === undefined
    })
  }

  private entries(folder: string): readonly Dirent[] {
    try {
      return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    } catch (error) {
      const message = `cannot list this folder: ${(error as Error).message}`
      this.problems.push({ file: folder, message })
      return []
    }
  }
}

/** The folders at the beginning of a glob in which nothing is a wildcard. */
function fixedPart(pattern: string): string {
  const parts = pattern.split('/')
  const wild = parts.findIndex((part) => /[*?[\]{}!()]/.test(part))
  return parts.slice(0, wild < 0 ? -1 : wild).join('/') || (isAbsolute(pattern) ? '/' : '.')
}

/** Whether a folder holds something that would be checked, as far as it is looked at: most hold nothing, and need no word. */
function mayHold(folder: string): boolean {
  const folders = [folder]
  let seen = 0
  while (folders.length > 0) {
    const current = folders.shift()!
    let entries: readonly Dirent[]
    try {
      entries = readdirSync(current, { withFileTypes: true })
    } catch {
      return true
    }
    seen += entries.length
    if (seen > MOST_PEEKED || entries.some(({ name }) => CHECKED.test(name))) return true
    for (const entry of entries) if (entry.isDirectory()) folders.push(join(current, entry.name))
  }
  return false
}

/** Those links that lead to none of the files. */
function withoutTwins(links: readonly string[], files: readonly string[]): readonly string[] {
  if (links.length === 0) return []
  const real = new Set(files.map((file) => realpathSync(file)))
  return links.filter((link) => !real.has(realpathSync(link)))
}
