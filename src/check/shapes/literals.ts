/**
 * Numbers and names: `0777`, `10L` and `1.0_` are numbers to tree-sitter only, `async` and `await` names; `Ｔrue` is a name
 * to tree-sitter and the constant to CPython, which normalises names first.
 */
import type { Grammar } from '../../syntax/language.js'
import { SYNTAX_RULES } from '../../syntax/syntax-rules.js'
import type { Tree } from '../../syntax/tree.js'
import type { Report } from '../kinds.js'
import type { ShapeChecks } from '../shapes.js'
import { textOf } from './walk.js'

/** CPython's own definitions, in its reference under "Numeric literals". */
const DECIMAL = String.raw`(?:[1-9](?:_?\d)*|0(?:_?0)*)`
const INTEGER = new RegExp(
  String.raw`^(?:${DECIMAL}|0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|\d(?:_?\d)*[jJ])$`,
)
const DIGITS = String.raw`\d(?:_?\d)*`
const FLOAT = new RegExp(
  String.raw`^(?:(?:(?:${DIGITS})?\.${DIGITS}|${DIGITS}\.)(?:[eE][+-]?${DIGITS})?|${DIGITS}[eE][+-]?${DIGITS})[jJ]?$`,
)

const CONSTANTS = new Set(['True', 'False', 'None'])

/** Of a name that begins with another letter, and is ASCII, nothing is to be said. */
const LETTERS = { a: 0x61, F: 0x46, N: 0x4e, T: 0x54 } as const

/** The checks of numbers and identifiers. */
export function literalChecks(_grammar: Grammar): ShapeChecks {
  return {
    integer(tree, node, report) {
      const { text, start, end } = tree
      checkNext(tree, node, report)
      const first = text.charCodeAt(start[node])
      // One digit, or several that do not begin with 0: nearly every number there is.
      if (end[node] - start[node] === 1 || (first !== 0x30 && isDigits(tree, node))) return
      if (!INTEGER.test(textOf(tree, node)))
        report(SYNTAX_RULES.numberLiteral, start[node], end[node])
    },

    float(tree, node, report) {
      checkNext(tree, node, report)
      if (!FLOAT.test(textOf(tree, node)))
        report(SYNTAX_RULES.numberLiteral, tree.start[node], tree.end[node])
    },

    identifier(tree, node, report) {
      const { text, start, end } = tree
      const length = end[node] - start[node]
      // `async` and `await` have five letters, and so many characters whatever they are written with.
      if (length !== 5 && length !== 4) return
      const first = text.charCodeAt(start[node])
      if (
        first < 0x80 &&
        first !== LETTERS.a &&
        first !== LETTERS.F &&
        first !== LETTERS.N &&
        first !== LETTERS.T
      )
        return
      const name = textOf(tree, node)
      const reserved =
        name === 'async' ||
        name === 'await' ||
        (/[^\0-\x7f]/.test(name) && CONSTANTS.has(name.normalize('NFKC')))
      if (reserved) report(SYNTAX_RULES.reservedName, start[node], end[node])
    },
  }
}

/** CPython lets these keywords touch a number, and nothing else that could belong to a name: `1if x else 2`. */
const MAY_TOUCH = /^(?:and|else|for|i[fns]|or|not)/

function checkNext({ text, start, end }: Tree, node: number, report: Report): void {
  const next = text.charCodeAt(end[node])
  const isLetter =
    next > 0x7f || (next >= 0x61 && next <= 0x7a) || (next >= 0x41 && next <= 0x5a) || next === 0x5f
  // `0or` begins an octal number.
  const octal =
    (next === 0x6f || next === 0x4f) && end[node] - start[node] === 1 && text[start[node]] === '0'
  if (isLetter && (octal || !MAY_TOUCH.test(text.slice(end[node], end[node] + 4)))) {
    report(SYNTAX_RULES.numberLiteral, start[node], end[node] + 1, {
      message: 'a letter follows the number',
      hint: 'put a space between them',
    })
  } else if (next === 0x6f && /^0x[\da-f_]*f$/i.test(text.slice(start[node], end[node]))) {
    // Every parser reads an `or`, every reader a `for`; CPython warns of it, and will refuse it.
    report(SYNTAX_RULES.numberLiteral, start[node], end[node] + 2, {
      message: '`or` follows a hexadecimal number that ends with `f`',
      hint: 'put a space before `or`',
    })
  }
}

function isDigits({ text, start, end }: Tree, node: number): boolean {
  for (let at = start[node]; at < end[node]; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x30 || unit > 0x39) return false
  }
  return true
}
