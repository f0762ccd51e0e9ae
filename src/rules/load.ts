/** Finds the rule files of this installation. Every `.scm` in grammar-rules/ is a rule: there is no list to keep. */
import { readdirSync, readFileSync } from 'node:fs'
import { InstallationError, RuleError } from '../errors.js'
import { parseRule, type Rule, type RuleFile } from './rule.js'

/** From src/rules as from dist/rules. */
const FOLDER = new URL('../../grammar-rules/', import.meta.url)

let loaded: ReadonlyMap<string, RuleFile> | undefined

/**
 * Every rule by code, in the order of codes; read once per process. Throws `InstallationError` when the folder is missing
 * and `RuleError` when a file in it is ill-formed or two have the same code.
 */
export function loadRules(): ReadonlyMap<string, RuleFile> {
  return (loaded ??= parseRules(readFolder()))
}

/** What rule `code` denies, why, and what to write instead; undefined when there is no such rule. */
export function explain(code: string): Rule | undefined {
  return loadRules().get(code)?.rule
}

/** Rules from their files' names and texts, by code. Throws `RuleError`. */
export function parseRules(files: Iterable<readonly [name: string, text: string]>): ReadonlyMap<string, RuleFile> {
  const rules = new Map<string, RuleFile>()
  for (const [name, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const parsed = parseRule(name, text)
    const other = rules.get(parsed.rule.code)
    if (other !== undefined) throw new RuleError(`${parsed.file}:1: ${parsed.rule.code} is the code of ${other.file} already`)
    rules.set(parsed.rule.code, parsed)
  }
  return rules
}

function* readFolder(): Generator<readonly [string, string]> {
  try {
    for (const name of readdirSync(FOLDER)) {
      if (name.endsWith('.scm')) yield [name, readFileSync(new URL(name, FOLDER), 'utf8')]
    }
  } catch (cause) {
    throw new InstallationError(`cannot read the rules: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}
