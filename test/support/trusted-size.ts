/** How large the trusted base is, and may be. */
import { readFileSync } from 'node:fs'

/** Lines of code (no blank lines, comments or docstrings) the trusted base may hold, facet wrappers included, tables aside. */
export const TRUSTED_BUDGET = 6_300

/** Data, not code: tables of names, node types and opcodes that wrappers and verifier are driven by. */
export const TABLES = [
  'trusted/language/language.ts',
  'trusted/language/modules.ts',
  'trusted/language/opcodes.py',
  'trusted/language/residual.py',
  'trusted/language/kinds.py',
]

/** Lines that hold code: not blank, not wholly comment, not within a docstring or block comment. */
export function codeLines(file: string): number {
  const text = readFileSync(file, 'utf8')
  const bare = file.endsWith('.py')
    ? text.replace(/^[ \t]*("""|''')[\s\S]*?\1[ \t]*$/gm, '').replace(/^\s*#.*$/gm, '')
    : text.replace(/^[ \t]*\/\*[\s\S]*?\*\/[ \t]*$/gm, '').replace(/^\s*\/\/.*$/gm, '')
  return bare.split('\n').filter((line) => line.trim() !== '').length
}
