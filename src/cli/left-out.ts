/** What `check` was not asked to look at, counted by what says so: a file that is left out may be an attacker's. */
import { count } from '../report/report.js'
import { visible } from '../report/visible.js'
import type { Reason } from './ignore-patterns.js'

/** How much one rule leaves out. */
export interface LeftOut extends Reason {
  /** Folders that were not looked into. */
  readonly folders: number
  readonly files: number
  /** The path of the first of them. */
  readonly first: string
}

/** Where {@link Reason.from} says that the folder's name is why. */
export const USUAL = 'usual folders'
/** A link to a file that is not there. */
export const DANGLING: Reason = { rule: 'links that lead nowhere', from: 'file system' }

/** Rules that are shown one by one; the others are counted together. */
const MOST_SHOWN = 8

/** Counts what is left out, by rule. */
export class LeftOutCounter {
  private readonly rules = new Map<string, LeftOut>()
  /** How many folders and files were counted. */
  total = 0

  add({ rule, from }: Reason, path: string, kind: 'folders' | 'files'): void {
    this.total++
    const key = `${from}\0${rule}`
    const before = this.rules.get(key) ?? { rule, from, folders: 0, files: 0, first: path }
    this.rules.set(key, { ...before, [kind]: before[kind] + 1 })
  }

  /** What was counted, in the order in which it was met. */
  list(): readonly LeftOut[] {
    return [...this.rules.values()]
  }
}

/** The notice on stderr: how much is left out, and by which rules. Empty when nothing is. */
export function describeLeftOut(all: readonly LeftOut[]): string {
  if (all.length === 0) return ''
  const shown = all.slice(0, MOST_SHOWN).map(describeOne)
  const rest = all.slice(MOST_SHOWN)
  const others = rest.length > 0 ? [`${amount(rest)} by ${count(rest.length, 'other rule')}`] : []
  const way = all.some(({ from }) => isForAll(from))
    ? ['--all checks what .gitignore and the names of folders leave out']
    : []
  return [
    `left out ${amount(all)}:`,
    ...[...shown, ...others, ...way].map((line) => `- ${line}`),
  ].join('\n')
}

/** Whether `--all` would check it. */
function isForAll(from: string): boolean {
  return from === USUAL || from.includes('.gitignore:')
}

function describeOne(one: LeftOut): string {
  const { rule, from, folders, files, first } = one
  const example = folders + files === 1 ? first : `${first}, …`
  return `${amount([one])} by ${visible(rule)} (${visible(from)}): ${visible(example)}`
}

function amount(all: readonly LeftOut[]): string {
  const sum = (kind: 'folders' | 'files') => all.reduce((total, one) => total + one[kind], 0)
  return [
    ...(sum('folders') > 0 ? [count(sum('folders'), 'folder')] : []),
    ...(sum('files') > 0 ? [count(sum('files'), 'file')] : []),
  ].join(' and ')
}
