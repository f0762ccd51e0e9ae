/** Mutated sources through check and rewrite: never a throw, positions within the text, lines kept. */
import { createChecker } from '../../dist/index.js'
import { Generator } from './generator.mjs'

const PIECES = [
  '\r',
  '\u0000',
  '\ufeff',
  '\u200b',
  '\u202e',
  '\ud800',
  '\f',
  '\t',
  '\\\n',
  '"""',
  "'",
  'f"{',
  '}',
  '(',
  '[',
  '{',
  ')',
  ']',
  ':',
  '=',
  ':=',
  '*',
  '**',
  '@',
  'async',
  'lambda',
  'match x:\n',
  'case',
  'type X = 1\n',
  'print >>x, y',
  'exec "x"',
  '`a`',
  '<>',
  "b'\\N'",
  "t'{x}'",
  'é',
  'ﬁ',
  '𝓍',
  '0777',
  '10L',
  '__',
  '\n    ',
  '\n\t',
]

export async function source() {
  const checker = await createChecker({ modules: 'standard' })
  return (random) => {
    let text = new Generator(random).program()
    const edits = 1 + random.below(6)
    for (let i = 0; i < edits; i++) {
      const at = random.below(text.length)
      text = random.chance(0.6)
        ? text.slice(0, at) + random.pick(PIECES) + text.slice(at)
        : text.slice(0, at) + text.slice(at + random.below(9))
    }
    try {
      const { ok, diagnostics } = checker.check(text)
      for (const { span } of diagnostics) {
        if (
          span.start.offset < 0 ||
          span.end.offset > text.length ||
          span.start.offset > span.end.offset ||
          span.start.line < 1 ||
          span.start.column < 1
        )
          return { kind: 'position', finding: `${JSON.stringify(span)}\n${JSON.stringify(text)}` }
      }
      if (!ok) return { kind: 'refused' }
      const rewritten = checker.rewrite(text)
      if (rewritten.ok && rewritten.code.split('\n').length !== text.split('\n').length)
        return { kind: 'lines', finding: JSON.stringify(text) }
      return { kind: 'accepted' }
    } catch (error) {
      return { kind: 'threw', finding: `${error.stack}\n${JSON.stringify(text)}` }
    }
  }
}
