/** What the guarded text looks like, and that making it is total, linear and free of state. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { InstallationError } from '../src/errors.js'
import { EDIT_SIZE, MAX_BRACKETS } from '../src/rewrite/edits.js'
import { createRewriter, type Rewriting } from '../src/rewrite/rewrite.js'
import { loadParser, type Parser } from '../src/syntax/parse.js'
import type { Tree } from '../src/syntax/tree.js'
import { program } from './support/generated.js'
import { guardFixtures, loadRewrite, type Rewrite } from './support/guards.js'
import { FAILING, PROGRAMS } from './support/programs.js'

let rewrite: Rewrite
let parser: Parser
let rewriteTree: (tree: Tree) => Rewriting

beforeAll(async () => {
  rewrite = await loadRewrite()
  parser = await loadParser()
  rewriteTree = createRewriter(parser)
})

const lines = (text: string): number => text.split('\n').length

describe('fixtures/guards', () => {
  test.each(guardFixtures())('$name', ({ source, expected }) => {
    expect(rewrite(source).code).toBe(expected)
  })
})

describe('the text', () => {
  test('without anything to guard is the source itself', () => {
    const source =
      "import a.b\nfrom . import c  # d.e[f]\n'g.h' r'''i.j'''\ndef k(l=1, *m, n, **o): return l + m(n)\npass"
    const { code, edits } = rewrite(source)
    expect(code).toBe(source)
    expect(edits).toHaveLength(0)
  })

  test('keeps line ends, also carriage returns with line feeds, and what stands at the end', () => {
    expect(rewrite('a.b\r\nc[\r\n  d]\r\n# e.f').code).toBe(
      "_getattr_(a,'b')\r\n_getitem_(c,\r\n  d)\r\n# e.f",
    )
    expect(rewrite('').code).toBe('')
    expect(rewrite('\n\n  # a.b\n\n').code).toBe('\n\n  # a.b\n\n')
  })

  test('keeps continued lines', () => {
    expect(rewrite('a \\\n  .b[ \\\n c] = \\\n d.e').code).toBe(
      "_write_(_getattr_(a \\\n  ,'b'))[ \\\n c] = \\\n _getattr_(d,'e')",
    )
  })

  test('shows the text of a field over several lines with its line ends as CPython does', () => {
    expect(rewrite("f'''{\r\n  a\r\n=}'''").code).toBe("f'''{'\\n  a\\n='}{\r\n  a\r\n!r}'''")
  })

  test('has an equal sign removed from fields that show themselves, and no other', () => {
    expect(rewrite("f'{a == b}{(c := d)}{e(f=g)}{h!r:=>9}'").code).toBe(
      "f'{a == b}{(c := d)}{e(f=g)}{h!r:=>9}'",
    )
  })

  test('is a function of the source alone', () => {
    const sources = guardFixtures().map(({ source }) => source)
    const once = sources.map((source) => rewrite(source).code)
    expect(
      sources
        .toReversed()
        .map((source) => rewrite(source).code)
        .toReversed(),
    ).toEqual(once)
  })
})

describe('edits', () => {
  test('are ordered, apart, within the source, and give the text when applied', () => {
    const sources = [
      ...guardFixtures().map(({ source }) => source),
      ...Object.values({ ...PROGRAMS, ...FAILING }),
    ]
    for (const source of sources) {
      const { code, edits } = rewrite(source)
      let [from, place] = [0, 0]
      for (let at = 0; at < edits.length; at += EDIT_SIZE) {
        const [start, removed, inserted] = [edits[at]!, edits[at + 1]!, edits[at + 2]!]
        expect(start).toBeGreaterThanOrEqual(from)
        expect(kept(source.slice(from, start))).toBe(kept(code.slice(place, place + start - from)))
        expect(source.slice(start, start + removed)).not.toContain('\n')
        place += start - from + inserted
        from = start + removed
      }
      expect(kept(source.slice(from))).toBe(kept(code.slice(place)))
    }
  })

  test('at one place are one, and a token for a token is none', () => {
    // `_getattr_(` twice, two names.
    expect(rewrite('a.b.c').edits).toHaveLength(3 * EDIT_SIZE)
    expect(rewrite('a[b]').edits).toHaveLength(1 * EDIT_SIZE)
  })

  /** Tokens that give way to others of their length are no edits. */
  const kept = (text: string): string => text.replace(/[.:[(]/g, ',').replaceAll(']', ')')
})

describe('depth', () => {
  const chain = (links: number): string => `x = a${'.b'.repeat(links)}`

  test('names the place beyond which CPython reads no further', () => {
    expect(rewrite(chain(MAX_BRACKETS)).tooDeepAt).toBe(-1)
    expect(rewrite(chain(MAX_BRACKETS + 1)).tooDeepAt).toBe(4)
    expect(rewrite(`x = ${'('.repeat(150)}${chain(50).slice(4)}${')'.repeat(150)}`).tooDeepAt).toBe(
      -1,
    )
    expect(rewrite(`x = ${'('.repeat(150)}${chain(51).slice(4)}${')'.repeat(150)}`).tooDeepAt).toBe(
      154,
    )
    expect(rewrite(`${chain(150)}\n${chain(150)}[${chain(49).slice(4)}]`).tooDeepAt).toBe(-1)
    expect(rewrite(`x = [\n${'a.b, '.repeat(5000)}]`).tooDeepAt).toBe(-1)
    expect(rewrite("f'''{a['(']=}''', f'{b[\"{\\n\"]=}'\n".repeat(MAX_BRACKETS)).tooDeepAt).toBe(-1)
    expect(rewrite(`a, ${'('.repeat(10)}b,${'),'.repeat(10)} = c`).tooDeepAt).toBe(-1)
    expect(rewrite(`a, ${'('.repeat(99)}b,${'),'.repeat(99)} = c`).tooDeepAt).toBeGreaterThan(0)
  })

  test('costs neither stack nor squares', () => {
    const shapes = [
      (n: number) => `a${'.b'.repeat(n)}`,
      (n: number) => `a${'[0]'.repeat(n)}`,
      (n: number) => `a${'(*b)'.repeat(n)}`,
      (n: number) => `${'('.repeat(n)}a.b${')'.repeat(n)}`,
      (n: number) => `a = ${'b = '.repeat(n)}c, = d`,
      (n: number) => `${'(a, '.repeat(n)}b${',)'.repeat(n)} = c`,
      (n: number) => `[${'a.b, *c, '.repeat(n)}]`,
      (n: number) => `f'{a.b}${'{c[d]=}'.repeat(n)}'`,
      (n: number) => `a: ${'b[c] | '.repeat(n)}d[e].f`,
      (n: number) => `class A:\n${' self.__a.__b\n'.repeat(n)}`,
    ]
    for (const shape of shapes) {
      const source = shape(10_000)
      const started = process.cpuUsage().user
      const tree = parser.parse(source)
      const parsed = process.cpuUsage().user
      const { code } = rewriteTree(tree)
      const rewritten = process.cpuUsage().user
      expect(tree.hasError).toBe(false)
      expect(lines(code)).toBe(lines(source))
      // A tenth of the parse is usual; what grows with the square of 10,000 would take many times as long.
      expect((rewritten - parsed) / (parsed - started)).toBeLessThan(2)
    }
  })
})

describe('anything', () => {
  test('that parses is rewritten line for line, whatever it is', () => {
    const sources = [...guardFixtures().map(({ source }) => source), ...Object.values(PROGRAMS)]
    // Pieces of honest programs in disorder.
    const pieces = sources.flatMap((source) => source.match(/\w+|\n *|[^\w\s]|\s/g) ?? [])
    const source = fc.oneof(
      fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join('')),
      fc
        .tuple(
          fc.constantFrom(...sources),
          fc.nat(),
          fc.nat(30),
          fc.array(fc.constantFrom(...pieces), { maxLength: 3 }),
        )
        .map(([text, at, length, parts]) => {
          const from = at % text.length
          return text.slice(0, from) + parts.join('') + text.slice(from + length)
        }),
      program,
    )
    fc.assert(
      fc.property(source, (text) => {
        const tree = parser.parse(text)
        const { code } = rewriteTree(tree)
        if (tree.hasError) expect(code).toBe(text)
        expect(lines(code)).toBe(lines(text))
      }),
      { numRuns: 3000 },
    )
  })

  test('but a grammar of another version is refused at once', () => {
    expect(() =>
      createRewriter({
        kindId: (name) => {
          throw new InstallationError(`the grammar has no kind "${name}"`)
        },
        fieldId: () => 1,
      }),
    ).toThrow(InstallationError)
  })
})
