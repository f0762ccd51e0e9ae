/** Any character of Unicode. fast-check's own `binary` makes a table of them all first, which takes as long as many tests. */
import fc from 'fast-check'

export const codePoint = fc
  .nat(0x10ffff)
  .filter((n) => n < 0xd800 || n > 0xdfff)
  .map((n) => String.fromCodePoint(n))
