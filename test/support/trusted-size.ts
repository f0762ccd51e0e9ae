/** How large the trusted base is, and may be. */
import { readFileSync } from 'node:fs'

/** Lines of code (no blank lines, comments or docstrings) the trusted base may hold, facet wrappers included, tables aside. */
export const TRUSTED_BUDGET = 5_920

/** Data, not code: tables of names, node types and opcodes that wrappers and verifier are driven by. */
export const TABLES = [
  'trusted/language.ts', 'trusted/modules.ts', 'trusted/guest/opcodes.py', 'trusted/guest/residual.py', 'trusted/guest/kinds.py',
]

/** Lines that hold code: not blank, not wholly comment, not within a docstring or block comment. */
export function codeLines(file: string): number {
  const text = readFileSync(file, 'utf8')
  const bare = file.endsWith('.py')
    ? text.replace(/^[ \t]*("""|''')[\s\S]*?\1[ \t]*$/gm, '').replace(/^\s*#.*$/gm, '')
    : text.replace(/^[ \t]*\/\*[\s\S]*?\*\/[ \t]*$/gm, '').replace(/^\s*\/\/.*$/gm, '')
  return bare.split('\n').filter((line) => line.trim() !== '').length
}
