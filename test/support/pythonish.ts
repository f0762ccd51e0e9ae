/** Random text that comes near Python: pieces of programs, joined, so that parsers are led astray and not just put off. */
import fc from 'fast-check'

const PIECES = [
  '*', '**', '(', ')', '[', ']', '{', '}', ',', ':', '=', ':=', '==', '\n', '\n  ', '\n    ', '\n\t', '\r\n', ' ', '\\\n', '# c\n', ';', '.',
  'a', 'b', '_', 'x.y', 'f(x)', '1', '0x1f', '1_0', '07', '1j', '...', 'None', '"s"', "'", '"', '"""', "'''", "f'{a}'", 'f"{', '}"', "b'\\N'", 'r"\\"',
  '\\N{DASH}', '!r', ':>3', '{{', '}}', '`', 'é', '😀', 'ｅ', '\u200b', '\f', '\v', '\r', '\0', '\t',
  'lambda: ', 'lambda x: ', ' if a else ', ' for x in y', 'async ', 'await ', 'yield ', 'not ', ' and ', ' in ', ' is not ', ' as b', '*f(x)',
  'print ', 'exec ', 'type ', 'type X[T = int] = ', 'type(x).y = ', 'match x:\n  case ', 'case ', 'import ', 'from . import ', 'def f(a, *b):\n  ',
  'class A[T](B):\n  ', 'try:\n  x\n', 'except A as e:\n  ', 'except A, B,:\n  ', 'finally:\n  y\n', 'else:\n  z\n', 'elif a:\n  ', 'if a:\n  ', 'del ',
  'raise ', 'assert ', 'return ', 'global a', 'with a as b:\n  ', 'with (a as b, c):\n  ', 'with a if b else c as d:\n  ', '@', '%=', '->', '<>', '~', '-', '|', '^', '&',
] as const

/** Up to 30 pieces. */
export const pythonish: fc.Arbitrary<string> = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(''))
