/** `--select` and `--ignore`: which rules an operator wants to hear of. What is not selected is counted, never just gone. */
import { nearest } from '../check/nearest.js'
import type { Diagnostic } from '../diagnostic.js'
import type { CheckedFile } from '../report/report.js'
import { loadRules } from '../rules/load.js'
import type { Arguments, Option } from './command.js'
import { UsageError } from './status.js'

/** The two options, of `check`. */
export const SELECTION_OPTIONS: Readonly<Record<string, Option>> = {
  select: {
    argument: 'CODES',
    many: true,
    describe: 'Report these rules only: codes, names, or beginnings of codes, as in PR2,PR301',
  },
  ignore: {
    argument: 'CODES',
    many: true,
    describe: 'Do not report these rules; they are counted, and may still refuse the source',
  },
}

/** Takes out of a checked file what is not selected. */
export type Selection = (checked: CheckedFile) => CheckedFile

/** Codes as the operator wrote them. */
export interface Chosen {
  readonly select: readonly string[]
  readonly ignore: readonly string[]
}

/** What messages call the two, where they were written. */
export interface ChosenAt {
  readonly select: string
  readonly ignore: string
}

/** What the options say, split at commas. */
export function chosenOf(args: Arguments): Chosen {
  const words = (name: string): readonly string[] =>
    args
      .values(name)
      .flatMap((list) => list.split(','))
      .map((word) => word.trim())
  return { select: words('select'), ignore: words('ignore') }
}

/** The selection that codes make. @throws UsageError for a word that is the beginning of no rule's code, and no rule's name. */
export function createSelection(
  { select, ignore }: Chosen,
  at: ChosenAt = { select: '--select', ignore: '--ignore' },
): Selection | undefined {
  if (select.length === 0 && ignore.length === 0) return undefined
  const selected = codesOf(select, at.select)
  const ignored = codesOf(ignore, at.ignore)
  const isWanted = ({ code }: Diagnostic): boolean =>
    (select.length === 0 || selected.has(code)) && !ignored.has(code)
  return (checked) => {
    const diagnostics = checked.diagnostics.filter(isWanted)
    const warnings = checked.warnings.filter(isWanted)
    const all = checked.diagnostics.length + checked.warnings.length
    return {
      ...checked,
      diagnostics,
      warnings,
      unselected: all - diagnostics.length - warnings.length,
    }
  }
}

function codesOf(words: readonly string[], option: string): ReadonlySet<string> {
  const rules = [...loadRules().values()].map(({ rule }) => rule)
  return new Set(
    words.flatMap((word) => {
      const code = word.toUpperCase()
      const found = rules.filter(
        (rule) => (code.startsWith('PR') && rule.code.startsWith(code)) || rule.name === word,
      )
      if (found.length > 0) return found.map((rule) => rule.code)
      const close = nearestRule(word, rules)
      throw new UsageError(
        `${option}: there is no rule "${word}"${close === undefined ? '' : `; did you mean "${close}"?`}`,
      )
    }),
  )
}

/** The code or the name of a rule that a misspelt one, or a bare number, was probably meant to be. */
export function nearestRule(
  word: string,
  rules: Iterable<{ readonly code: string; readonly name: string }>,
): string | undefined {
  const all = [...rules]
  const digits = /^\D{0,3}(\d{3})$/.exec(word)?.[1]
  const numbered = all.find(({ code }) => code === `PR${digits}`)
  return (
    numbered?.code ??
    nearest(
      word,
      all.flatMap(({ code, name }) => [code, name]),
    )
  )
}
