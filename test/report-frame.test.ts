/** Code frames: what a finding looks like, and that no source breaks out of its frame. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Position, Span } from '../src/diagnostic.js'
import { Source } from '../src/syntax/source.js'
import { codeFrame } from '../src/report/frame.js'
import { columns, visible, visibleJson, visibleLines, visibleName } from '../src/report/visible.js'
import { codePoint } from './support/code-points.js'

function position(source: string, offset: number): Position {
  return new Source(source).position(offset)
}

/** The frame of the first occurrence of `marked` in `source`. */
function frameOf(source: string, marked: string): string {
  const start = source.indexOf(marked)
  return frame(source, {
    start: position(source, start),
    end: position(source, start + marked.length),
  })
}

function frame(source: string, span: Span): string {
  return codeFrame(source, span).join('\n')
}

describe('a frame', () => {
  test('shows the line with its neighbours and carets under the span', () => {
    expect(
      frameOf('import math\nx = y.__class__\nprint(x)\nprint(y)\n', '.__class__'.slice(1)),
    ).toBe(
      ['  |', '1 | import math', '2 | x = y.__class__', '  |       ^^^^^^^^^', '3 | print(x)'].join(
        '\n',
      ),
    )
  })

  test('widens its margin with the line numbers', () => {
    expect(frameOf(`${'\n'.repeat(8)}a\nb\nc\n`, 'b')).toBe('   |\n 9 | a\n10 | b\n   | ^\n11 | c')
  })

  test('expands tabs, so that the carets stand where the terminal draws the text', () => {
    expect(frameOf('\tif\tx.__class__:\n', '__class__')).toBe(
      '  |\n1 |     if  x.__class__:\n  |           ^^^^^^^^^',
    )
  })

  test('counts wide characters twice and combining ones not at all', () => {
    expect(frameOf('"日本語" + x.__b__', '__b__')).toBe(
      '  |\n1 | "日本語" + x.__b__\n  |              ^^^^^',
    )
    expect(frameOf('"e\u0301😀" + x.__b__', '__b__')).toBe(
      '  |\n1 | "e\u0301😀" + x.__b__\n  |           ^^^^^',
    )
  })

  test('shows controls, bidi and zero-width characters as escapes, and marks them whole', () => {
    expect(frameOf('a = "\u202e" # \u001b[2J\u200b', '\u202e')).toBe(
      '  |\n1 | a = "\\u202e" # \\x1b[2J\\u200b\n  |      ^^^^^^',
    )
  })

  test('cuts a long line around what is marked', () => {
    const [, row, carets] = codeFrame(`${'a'.repeat(5000)}.__b__${'c'.repeat(5000)}`, {
      start: { line: 1, column: 5002, offset: 5001 },
      end: { line: 1, column: 5007, offset: 5006 },
    })
    expect(row).toBe(`1 | …${'a'.repeat(59)}.__b__${'c'.repeat(95)}…`)
    expect(carets).toBe(`  | ${' '.repeat(61)}^^^^^`)
  })

  test('marks every line of a short span, and the ends of a long one', () => {
    expect(frameOf('f(\n  1,\n  2)\n', 'f(\n  1,\n  2)')).toBe(
      '  |\n1 | f(\n  | ^^\n2 |   1,\n  |   ^^\n3 |   2)\n  |   ^^',
    )
    expect(frameOf('f(\n1,\n2,\n3,\n4,\n5)\nx\n', 'f(\n1,\n2,\n3,\n4,\n5)')).toBe(
      '  |\n1 | f(\n  | ^^\n2 | 1,\n  | ^^\n  :\n5 | 4,\n  | ^^\n6 | 5)\n  | ^^\n7 | x',
    )
  })

  test('marks an empty span with one caret, at the end of a text too', () => {
    const at = (source: string, offset: number) =>
      frame(source, { start: position(source, offset), end: position(source, offset) })
    expect(at('', 0)).toBe('  |\n1 |\n  | ^')
    expect(at('f(', 2)).toBe('  |\n1 | f(\n  |   ^')
    expect(at('f(\n', 3)).toBe('  |\n1 | f(\n2 |\n  | ^')
  })

  test('ends lines where Python does: at CRLF, and at a lone CR', () => {
    expect(frameOf('a\r\nb\rc\r\nd\r\n', 'c')).toBe('  |\n2 | b\n3 | c\n  | ^\n4 | d')
    expect(frameOf('a\r\nb\rc\r\nd\r\n', 'b')).toBe('  |\n1 | a\n2 | b\n  | ^\n3 | c')
    expect(frameOf('# a\rimport os', 'import os')).toBe(
      '  |\n1 | # a\n2 | import os\n  | ^^^^^^^^^',
    )
  })

  test('costs the same on a line of megabytes', () => {
    const source = `${'x.__a__;'.repeat(500_000)}\n`
    const started = performance.now()
    for (let offset = 2; offset < 160_000; offset += 8) {
      codeFrame(source, {
        start: { line: 1, column: offset + 1, offset },
        end: { line: 1, column: offset + 6, offset: offset + 5 },
      })
    }
    // 20,000 frames of 4 MB each would be 80 GB to scan.
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

/** Nothing a terminal or a CI runner acts on. */
const UNSAFE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]|##[a-z]*\[/u

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      ...'\u0000\t\n\r\u001b\u007f\u009b\u00a0\u00ad\u0301\u202e\u2066\u200d\u2028\ufeff\ud800\u3164日#[:x1"',
      '##[',
      '::',
      '\u{e0041}',
      '\u{1f600}',
    ),
    codePoint,
  ),
  maxLength: 400,
})

describe('hostile text', () => {
  test('never leaves its frame: safe rows, bounded width, one row per line and per row of carets', () => {
    fc.assert(
      fc.property(hostile, fc.nat(), fc.nat(40), (source, at, length) => {
        const start = at % (source.length + 1)
        const end = Math.min(source.length, start + length)
        for (const row of codeFrame(source, {
          start: position(source, start),
          end: position(source, end),
        })) {
          expect(row).toMatch(/^ *\d* [|:]/)
          expect(row).not.toMatch(UNSAFE)
          expect(row).not.toContain('\n')
          expect(row.length).toBeLessThan(160 * 10 + 20)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('carets stand under the marked text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'a日\u0301\t\u001b"(') }),
        fc.string({ unit: fc.constantFrom(...'b語'), minLength: 1 }),
        (before, marked) => {
          const source = `${before}${marked}`
          const [, row, carets] = codeFrame(source, {
            start: position(source, before.length),
            end: position(source, source.length),
          })
          const from = columns(row!.slice(0, row!.length - marked.length))
          expect(carets!).toBe(`  | ${' '.repeat(from - 4)}${'^'.repeat(columns(marked))}`)
        },
      ),
    )
  })

  test('is safe in one line, in several, as a name and as JSON, and JSON keeps its value', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(visible(text)).not.toMatch(new RegExp(`${UNSAFE.source}|\n`, 'u'))
        expect(visibleLines(text)).not.toMatch(UNSAFE)
        expect(visibleName(text)).not.toMatch(/^\s|^:/)
        const json = visibleJson(JSON.stringify({ text }))
        expect(json).not.toMatch(UNSAFE)
        expect(JSON.parse(json)).toEqual({ text })
      }),
      { numRuns: 2000 },
    )
  })

  test('runner commands are broken wherever they stand', () => {
    expect(visible('x = 1 ##[set-env name=PATH]evil')).toBe('x = 1 #\\x23[set-env name=PATH]evil')
    expect(visible('##vso[task.setvariable variable=a]b')).toBe(
      '#\\x23vso[task.setvariable variable=a]b',
    )
    expect(visible('### [x] ## heading, d["#"][0]')).toBe('### [x] ## heading, d["#"][0]')
    expect(visibleName('::error::x.py')).toBe('\\x3a:error::x.py')
    expect(visibleName('  ::error::x.py')).toBe('\\x20\\x20::error::x.py')
  })

  test('ordinary text of any script stays as it is', () => {
    for (const text of [
      'naïve café',
      'русский',
      'עברית',
      'العربية',
      'हिन्दी',
      'ไทย',
      '日本語',
      '한국어',
      'x 😀 → ≤ ½',
      'e\u0301',
    ]) {
      expect(visible(text)).toBe(text)
    }
  })
})
