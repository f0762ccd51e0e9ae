/**
 * Decides what `check` leaves out of the folders it walks: the folders that tools fill, what `.gitignore` names, and what
 * the operator excludes. Files that the operator names are checked whatever a `.gitignore` says.
 */
import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { IgnorePatterns, type Reason } from './ignore-patterns.js'
import { USUAL } from './left-out.js'
import { ReadError, readSource } from './read-source.js'

/** Folders that version control, package managers, build tools and caches fill. Their names decide, in any place. */
const USUAL_FOLDERS: ReadonlySet<string> = new Set([
  '.bzr',
  '.direnv',
  '.eggs',
  '.git',
  '.hg',
  '.ipynb_checkpoints',
  '.mypy_cache',
  '.nox',
  '.pants.d',
  '.pyenv',
  '.pytest_cache',
  '.pytype',
  '.ruff_cache',
  '.svn',
  '.tox',
  '.venv',
  '__pycache__',
  '__pypackages__',
  'buck-out',
  'build',
  'dist',
  'node_modules',
  'site-packages',
  'venv',
])

/** A `.gitignore` of more than this is not read. */
const MOST_BYTES = 1 << 18

/** What the operator says about leaving out. */
export interface LeaveOutOptions {
  /** Whether the usual folders and what `.gitignore` names are looked into. */
  readonly all: boolean
  /** Patterns of the operator's, relative to the working directory; each with where it was said. */
  readonly exclude: readonly Reason[]
}

/** Judges paths; one instance serves one command. All paths are absolute. */
export class LeaveOut {
  private readonly excluded: readonly IgnorePatterns[]
  private readonly files = new Map<string, IgnorePatterns | undefined>()
  private readonly tops = new Map<string, string>()

  constructor(private readonly options: LeaveOutOptions) {
    this.excluded = options.exclude.map(
      ({ rule, from }) => new IgnorePatterns(process.cwd(), rule, () => from),
    )
  }

  /** Why the operator excludes a path, undefined when he does not. */
  exclusion(path: string, isFolder: boolean): Reason | undefined {
    const verdicts = this.excluded.map((patterns) => patterns.judge(path, isFolder))
    const last = verdicts.findLast((verdict) => verdict !== undefined)
    return last?.out === true ? last : undefined
  }

  /** Why something that was found below `root`, a folder that the operator named, is left out. */
  reason(path: string, isFolder: boolean, root: string): Reason | undefined {
    const excluded = this.exclusion(path, isFolder)
    if (excluded !== undefined || this.options.all) return excluded
    if (isFolder && USUAL_FOLDERS.has(basename(path))) return { rule: basename(path), from: USUAL }
    for (const patterns of this.patternsFor(dirname(path), root)) {
      const verdict = patterns.judge(path, isFolder)
      if (verdict !== undefined) return verdict.out ? verdict : undefined
    }
    return undefined
  }

  /** Why a file that a glob found is left out: itself, or a folder on the way to it from the glob's fixed part. */
  reasonOnTheWay(path: string, root: string): { reason: Reason; at: string } | undefined {
    const parts = relative(root, path).split(/[\\/]/)
    for (let length = 1; length <= parts.length; length++) {
      const at = join(root, ...parts.slice(0, length))
      const reason = this.reason(at, length < parts.length, root)
      if (reason !== undefined) return { reason, at }
    }
    return undefined
  }

  /** The `.gitignore` files that hold for what is in a folder, the nearest first. */
  private *patternsFor(folder: string, root: string): Generator<IgnorePatterns> {
    const top = this.topFor(root)
    let isAbove = false
    for (let current = folder; ; current = dirname(current)) {
      const patterns = this.patternsOf(current)
      // The operator named a folder that is itself ignored: what ignores it does not hold below it.
      if (patterns !== undefined && !(isAbove && patterns.judge(root, true)?.out === true))
        yield patterns
      if (current === top || current === dirname(current)) return
      isAbove ||= current === root
    }
  }

  /** The highest folder whose `.gitignore` holds: that of the work tree `root` is in, else `root` itself. */
  private topFor(root: string): string {
    const known = this.tops.get(root)
    if (known !== undefined) return known
    let top = root
    for (let current = root; current !== dirname(current); current = dirname(current)) {
      if (!existsSync(join(current, '.git'))) continue
      top = current
      break
    }
    this.tops.set(root, top)
    return top
  }

  private patternsOf(folder: string): IgnorePatterns | undefined {
    if (!this.files.has(folder)) this.files.set(folder, readPatterns(folder))
    return this.files.get(folder)
  }
}

/** The patterns of a folder's `.gitignore`; undefined when there is none that can be read. */
function readPatterns(folder: string): IgnorePatterns | undefined {
  const file = join(folder, '.gitignore')
  try {
    const { text } = readSource(file, MOST_BYTES)
    if (text.length > MOST_BYTES) return undefined
    const name = relative(process.cwd(), resolve(file))
    return new IgnorePatterns(folder, text, (line) => `${name}:${line}`)
  } catch (error) {
    if (error instanceof ReadError) return undefined
    throw error
  }
}
