/**
 * Finds the rule files of this installation. Every `.scm` in grammar-rules/ is a rule: there is no list to keep. In a bundle,
 * which has no folder beside it, this file is replaced by the texts themselves.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { InstallationError } from '../errors.js'

/** Not written into `new URL` itself: a bundler would take what is named there for an asset, and copy a folder of ours. */
const HERE = import.meta.url
/** From src/rules as from dist/rules. */
const FOLDER = new URL('../../grammar-rules/', HERE)

/** Name and text of every rule file. Throws `InstallationError` when the folder is missing. */
export function readFolder(): readonly (readonly [name: string, text: string])[] {
  try {
    return readdirSync(FOLDER)
      .filter((name) => name.endsWith('.scm'))
      .map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')] as const)
  } catch (cause) {
    throw new InstallationError(
      `cannot read the rules: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    )
  }
}
