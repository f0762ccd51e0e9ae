/** Positions of the guarded text lead back to the source, whatever they are. */
import { SourceMap } from 'node:module'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createMapper, type Edge, type Mapper } from '../src/rewrite/map.js'
import { sourceMap } from '../src/rewrite/source-map.js'
import { guardFixtures, loadRewrite, type Rewrite } from './support/guards.js'

let rewrite: Rewrite

beforeAll(async () => {
  rewrite = await loadRewrite()
})

function mapperOf(source: string): { code: string; mapper: Mapper } {
  const { code, edits } = rewrite(source)
  return { code, mapper: createMapper(source, code, edits) }
}

/** Maps the stretch of `text`, found in the guarded line, to the stretch of source it stands for. */
function stretch(source: string, text: string, line = 1): string {
  const { code, mapper } = mapperOf(source)
  const codeLine = code.split('\n')[line - 1]!
  const at = codeLine.indexOf(text)
  expect(at).toBeGreaterThanOrEqual(0)
  const bytes = (part: string): number => Buffer.byteLength(part)
  const start = mapper.toSource(line, bytes(codeLine.slice(0, at)), 'start')
  const end = mapper.toSource(line, bytes(codeLine.slice(0, at + text.length)), 'end')
  expect([start.line, end.line]).toEqual([line, line])
  return source.slice(start.offset, end.offset)
}

describe('a stretch of guarded text stands for', () => {
  test.each([
    ['a.b', "_getattr_(a,'b')", 'a.b'],
    ['long.b', 'long', 'long'],
    ['x = a.b.c(d)', "_getattr_(_getattr_(a,'b'),'c')(d)", 'a.b.c(d)'],
    ['x = a.b.c(d)', "_getattr_(a,'b')", 'a.b'],
    ['x = a.b.c(d)', 'd', 'd'],
    ['a[b:c, d]', '(_slice_(b,c,None), d)', 'b:c, d'],
    ['a[b:c, d]', '_slice_(b,c,None)', 'b:c'],
    ['a[ b ]', '_getitem_(a, b )', 'a[ b ]'],
    ['for a, b in c.d: e', "_getattr_(c,'d')", 'c.d'],
    ['for a in b, c: d', '(b, c)', 'b, c'],
    ['x += y.z; w', "x = _inplacevar_('+=', x, _getattr_(y,'z'))", 'x += y.z'],
    ['x += y.z; w', "_getattr_(y,'z')", 'y.z'],
    ['x += y.z; w', 'w', 'w'],
    ['f(*a, b=c.d)', "_apply_(f,*a, b=_getattr_(c,'d'))", 'f(*a, b=c.d)'],
    ['f(*a, b=c.d)', "_getattr_(c,'d')", 'c.d'],
    ['a.b = c', '_write_(a).b', 'a.b'],
    ['class A: b.c', "_getattr_(b,'c')", 'b.c'],
    ["f'é{a.b=}{c.d}'", "_getattr_(c,'d')", 'c.d'],
    ["f'é{a.b=}{c.d}'", "_getattr_(a,'b')", 'a.b'],
    ["'😀é'.join(a.b, 'ß'.c)", "_getattr_('ß','c')", "'ß'.c"],
    ["'😀é'.join(a.b, 'ß'.c)", "_getattr_('😀é','join')", "'😀é'.join"],
    ['self.ﬁeld.x', "_getattr_(self,'field')", 'self.ﬁeld'],
    ['a, b = yield', '(yield)', 'yield'],
  ])('%s: %s', (source, text, expected) => {
    expect(stretch(source, text)).toBe(expected)
  })

  test('on later lines as well', () => {
    const source = 'a.b\n  # é\nif c.d:\n  e[\n   f.g]'
    expect(stretch(source, "_getattr_(c,'d')", 3)).toBe('c.d')
    expect(stretch(source, "_getattr_(f,'g'))", 5)).toBe('f.g]')
  })
})

describe('a position', () => {
  test('has a line, a column from 1 in UTF-16 code units, and an offset', () => {
    const { mapper } = mapperOf("x\n'😀' + a.b")
    expect(mapper.toSource(2, 9, 'start')).toEqual({ line: 2, column: 8, offset: 9 })
  })

  test('inside the name of an attribute that starts there means the name: where CPython puts it on a continued line', () => {
    const source = '(a\n .name)'
    const { code, mapper } = mapperOf(source)
    expect(code.split('\n')[1]).toBe(" ,'name'))")
    // Five less than the end of `,'name')`, for the four letters of the name: inside the string.
    expect(mapper.toSource(2, 4, 'start')).toEqual({ line: 2, column: 3, offset: 5 })
    expect(mapper.toSource(2, 9, 'end')).toEqual({ line: 2, column: 7, offset: 9 })
  })

  test('in a text without edits is where it is', () => {
    const source = 'é = 1\nx'
    const mapper = createMapper(source, source, new Int32Array(0))
    expect(mapper.toSource(1, 3, 'start')).toEqual({ line: 1, column: 3, offset: 2 })
    expect(mapper.toSource(2, 1, 'end')).toEqual({ line: 2, column: 2, offset: 7 })
  })

  test('inside a character of several bytes is before it', () => {
    const { mapper } = mapperOf("'😀é' + a.b")
    const columns = [1, 2, 4, 5, 6, 7].map((column) => mapper.toSource(1, column, 'start').column)
    expect(columns).toEqual([2, 2, 2, 4, 4, 5])
  })

  test('that is nonsense is taken to the nearest place', () => {
    const { mapper } = mapperOf('a.b\nc.d')
    expect(mapper.toSource(-5, -5, 'start')).toEqual({ line: 1, column: 1, offset: 0 })
    expect(mapper.toSource(99, 1e300, 'end')).toEqual({ line: 2, column: 4, offset: 7 })
    expect(mapper.toSource(NaN, NaN, 'start')).toEqual({ line: 1, column: 1, offset: 0 })
    expect(mapper.toSource(1, Infinity, 'start')).toEqual({ line: 1, column: 4, offset: 3 })
    expect(createMapper('', '', new Int32Array(0)).toSource(1, 0, 'end')).toEqual({
      line: 1,
      column: 1,
      offset: 0,
    })
  })

  test('is in its line, agrees with itself, and never goes back along a line', () => {
    const fixtures = guardFixtures().map(({ source }) => ({
      source,
      lines: source.split('\n'),
      ...mapperOf(source),
    }))
    fc.assert(
      fc.property(
        fc.constantFrom(...fixtures),
        fc.nat(),
        fc.constantFrom<Edge>('start', 'end'),
        ({ source, lines, code, mapper }, n, edge) => {
          const line = (n % lines.length) + 1
          let before = -1
          for (
            let column = 0;
            column <= Buffer.byteLength(code.split('\n')[line - 1]!);
            column += 1
          ) {
            const place = mapper.toSource(line, column, edge)
            expect(place.line).toBe(line)
            expect(place.column).toBeLessThanOrEqual(lines[line - 1]!.length + 1)
            expect(place.offset).toBe(
              lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0) + place.column - 1,
            )
            expect(place.offset).toBeGreaterThanOrEqual(before)
            before = place.offset
          }
          expect(before).toBeLessThanOrEqual(source.length)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('is some place, whatever numbers a guest sends', () => {
    const source = 'é.b\n\nx[😀y]'.replace('😀', '')
    const { mapper } = mapperOf(source)
    fc.assert(
      fc.property(
        fc.double(),
        fc.double(),
        fc.constantFrom<Edge>('start', 'end'),
        (line, column, edge) => {
          const place = mapper.toSource(line, column, edge)
          expect(place.line).toBeGreaterThanOrEqual(1)
          expect(place.line).toBeLessThanOrEqual(3)
          expect(place.column).toBeGreaterThanOrEqual(1)
          expect(place.offset).toBeGreaterThanOrEqual(0)
          expect(place.offset).toBeLessThanOrEqual(source.length)
        },
      ),
    )
  })
})

describe('the source map', () => {
  test('leads any tool to the same places', () => {
    const source = 'x = 1\ny = a.b[c]\n\nfor d, e in f.g: h[i].j = k\n'
    const { code, edits } = rewrite(source)
    const encoded = sourceMap(source, code, edits, 'program.py')
    expect(encoded).toMatchObject({
      version: 3,
      sources: ['program.py'],
      sourcesContent: [source],
      names: ['b', 'g'],
    })
    expect(JSON.parse(JSON.stringify(encoded))).toMatchObject({ version: 3 })
    const map = new SourceMap(encoded as unknown as ConstructorParameters<typeof SourceMap>[0])
    const place = (line: number, text: string): unknown => {
      const { originalLine, originalColumn } = map.findEntry(
        line,
        code.split('\n')[line]!.indexOf(text),
      ) as { originalLine: number; originalColumn: number }
      return [originalLine, originalColumn]
    }
    expect(place(0, 'x')).toEqual([0, 0])
    expect(place(1, '_getitem_')).toEqual([1, 4])
    expect(place(1, 'a,')).toEqual([1, 4])
    expect(place(1, "'b'")).toEqual([1, 6])
    expect(place(3, "'g'")).toEqual([3, 14])
    expect(place(3, ': _')).toEqual([3, 15])
    expect(place(3, '_write_')).toEqual([3, 17])
  })
})
