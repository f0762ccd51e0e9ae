/**
 * The rules that no query can express: about text, syntax, kinds and limits. Data only. Each has a file of the same code and
 * name in `grammar-rules/`, which explains it at length; a test holds the two together.
 */
import type { Code } from '../diagnostic.js'

/** What a diagnostic says when nothing more exact is known. */
export interface SyntaxRule {
  readonly code: Code
  readonly name: string
  readonly message: string
  readonly hint?: string
}

/** Every such rule, by the name this code knows it by. */
export const SYNTAX_RULES = {
  illFormedUnicode: {
    code: 'PR001',
    name: 'ill-formed-unicode',
    message: 'half of a surrogate pair: the source is not Unicode text',
    hint: 'write the character whole, or as an escape in a string',
  },
  nullCharacter: {
    code: 'PR002',
    name: 'null-character',
    message: 'null character',
    hint: 'in a string, write `\\0`',
  },
  loneCarriageReturn: {
    code: 'PR003',
    name: 'lone-carriage-return',
    message: 'carriage return without a line feed: Python ends the line here, most readers do not',
    hint: 'end lines with a line feed; in a string, write `\\r`',
  },
  verticalTab: {
    code: 'PR004',
    name: 'vertical-tab',
    message: 'vertical tab outside a string or comment',
    hint: 'use a space',
  },
  invisibleCharacter: {
    code: 'PR005',
    name: 'invisible-character',
    message: 'invisible character outside a string or comment',
    hint: 'remove it; a byte order mark is dropped when the file is decoded as UTF-8 with its signature',
  },
  bidirectionalControl: {
    code: 'PR006',
    name: 'bidirectional-control',
    message: 'bidirectional control character: the text is shown in another order than it runs',
    hint: 'in a string, write it as an escape, as in `\\u202e`',
  },
  inconsistentIndentation: {
    code: 'PR007',
    name: 'inconsistent-indentation',
    message: 'indentation that matches no enclosing block',
    hint: 'indent each block alike, with spaces only',
  },
  leadingBackslash: {
    code: 'PR008',
    name: 'leading-backslash',
    message: 'a backslash begins this line, and hides how far the next one is indented',
    hint: 'remove the line',
  },
  brokenLine: {
    code: 'PR009',
    name: 'broken-line',
    message: 'a statement ends at the end of its line',
    hint: 'put the expression in parentheses',
  },
  invalidSyntax: {
    code: 'PR010',
    name: 'invalid-syntax',
    message: 'invalid syntax',
  },
  numberLiteral: {
    code: 'PR011',
    name: 'number-literal',
    message: 'not a number in Python 3',
    hint: 'write octal numbers as `0o17`, and long ones without a suffix',
  },
  stringLiteral: {
    code: 'PR012',
    name: 'string-literal',
    message: 'not a string in Python 3',
  },
  formatField: {
    code: 'PR013',
    name: 'format-field',
    message: 'a replacement field that readers of Python disagree about',
    hint: 'put the expression in parentheses, or compute it before the f-string',
  },
  misplacedExpression: {
    code: 'PR014',
    name: 'misplaced-expression',
    message: 'not allowed in this place',
  },
  malformedStatement: {
    code: 'PR015',
    name: 'malformed-statement',
    message: 'invalid statement',
  },
  malformedParameters: {
    code: 'PR016',
    name: 'malformed-parameters',
    message: 'invalid parameters',
  },
  reservedName: {
    code: 'PR017',
    name: 'reserved-name',
    message: 'a keyword cannot be a name',
    hint: 'choose another name',
  },
  unknownSyntax: {
    code: 'PR018',
    name: 'unknown-syntax',
    message: 'syntax this version does not know',
  },
  undecodableBytes: {
    code: 'PR019',
    name: 'undecodable-bytes',
    message: 'the file is not UTF-8',
    hint: 'save it as UTF-8',
  },
  sourceEncoding: {
    code: 'PR020',
    name: 'source-encoding',
    message: 'the file declares another encoding than UTF-8',
    hint: 'save it as UTF-8 and remove the declaration',
  },
  overlongName: {
    code: 'PR021',
    name: 'overlong-name',
    message: 'a name of more than 1,000 characters, or with more than 32 combining marks in a row',
    hint: 'write a shorter name',
  },
  printStatement: {
    code: 'PR110',
    name: 'print-statement',
    message: 'the print statement of Python 2',
    hint: 'write `print(...)`',
  },
  execStatement: {
    code: 'PR111',
    name: 'exec-statement',
    message: 'the exec statement of Python 2',
    hint: 'define a function and call it',
  },
  diamondOperator: {
    code: 'PR112',
    name: 'diamond-operator',
    message: 'the operator `<>` of Python 2',
    hint: 'write `!=`',
  },
  backquotes: {
    code: 'PR113',
    name: 'backquotes',
    message: 'backquotes of Python 2',
    hint: 'write `repr(...)`',
  },
  sourceTooLarge: {
    code: 'PR500',
    name: 'source-too-large',
    message: 'the source is too large',
    hint: 'keep data outside the source',
  },
  nestingTooDeep: {
    code: 'PR501',
    name: 'nesting-too-deep',
    message: 'nested too deeply',
    hint: 'give the inner parts names of their own',
  },
  chainTooLong: {
    code: 'PR502',
    name: 'chain-too-long',
    message: 'too many attributes, items and brackets within one another',
    hint: 'give the inner part a name of its own',
  },
  parsingTooCostly: {
    code: 'PR503',
    name: 'parsing-too-costly',
    message: 'the source takes too much time or memory to parse',
    hint: 'split the source, or shorten its runs of comments',
  },
} as const satisfies Record<string, SyntaxRule>

/** The rule of a code, undefined for the codes of other rules. */
export function syntaxRule(code: string): SyntaxRule | undefined {
  return Object.values(SYNTAX_RULES).find((rule) => rule.code === code)
}
