/** The rules of this installation, read and told apart. */
import { RuleError } from '../errors.js'
import { readFolder } from './folder.js'
import { parseRule, type Rule, type RuleFile } from './rule.js'

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
export function parseRules(
  files: Iterable<readonly [name: string, text: string]>,
): ReadonlyMap<string, RuleFile> {
  const rules = new Map<string, RuleFile>()
  for (const [name, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const parsed = parseRule(name, text)
    const other = rules.get(parsed.rule.code)
    if (other !== undefined)
      throw new RuleError(
        `${parsed.file}:1: ${parsed.rule.code} is the code of ${other.file} already`,
      )
    rules.set(parsed.rule.code, parsed)
  }
  return rules
}
