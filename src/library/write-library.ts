/**
 * Writes `dist/library/NAME.py`, the guarded texts of the modules of the library that guests have as guest code. Run by
 * `npm run build`, before the image, which compiles them. One that leaves the language ends the build, and says where.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RuleError } from '../errors.js'
import { createChecker } from '../pipeline.js'
import { LIBRARY, libraryText } from './texts.js'

const folder = dirname(fileURLToPath(import.meta.url))
const checker = await createChecker({
  modules: 'standard files',
  dunders: 'guarded',
  evaluate: true,
}).catch(ended)
mkdirSync(folder, { recursive: true })
for (const name of Object.keys(LIBRARY)) {
  const text = libraryText(name)
  const result = checker.rewrite(text, { filename: `${name}.py` })
  if (!result.ok) {
    const lines = text.split('\n')
    for (const { code, message, span } of result.diagnostics)
      console.error(`library: ${name}: ${code} ${message}: ${lines[span.start.line - 1]!.trim()}`)
    console.error(
      "library: guests have these modules as guest code, and no rule may refuse CPython's text of them",
    )
    process.exit(1)
  }
  writeFileSync(resolve(folder, `${name}.py`), result.code)
}

/** A rule that cannot be read ends the build with its file and line. */
function ended(error: unknown): never {
  if (!(error instanceof RuleError)) throw error
  console.error(error.message)
  process.exit(1)
}
