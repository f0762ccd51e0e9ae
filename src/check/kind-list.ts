/** The text of the list of kinds. In a bundle for a browser this file is replaced by the text itself. */
import { readFileSync } from 'node:fs'
import { InstallationError } from '../errors.js'

/** From src/check as from dist/check. */
const FILE = new URL('../../grammar-rules/kinds.txt', import.meta.url)

/** `grammar-rules/kinds.txt`. Throws `InstallationError` when it is missing. */
export function readKindList(): string {
  try {
    return readFileSync(FILE, 'utf8')
  } catch (cause) {
    throw new InstallationError(
      `cannot read grammar-rules/kinds.txt: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    )
  }
}
