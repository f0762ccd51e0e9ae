/**
 * Generated targets, annotations and f-strings mean what they mean in CPython, or are refused: never something else. The parser
 * that rewrites and the one that executes read them by different grammars.
 */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { loadCPython } from './support/cpython.js'
import { FacetGuest, type Ended } from './support/facet-guest.js'

let guest: FacetGuest
let plain: (source: string) => Ended

beforeAll(async () => {
  guest = await FacetGuest.load()
  plain = (await loadCPython('engine', 'plainly')).function('plainly.plain')
})

/** Names that tell how they were used. */
const SETUP = `class Term:
    def __init__(self, text): self.text = text
    def __repr__(self): return self.text
    def __call__(self, *args, **kw): return Term(f'{self!r}({args}{kw})')
    def __getitem__(self, key): return Term(f'{self!r}[{key}]')
    def __getattr__(self, name):
        if name[:1] == '_': raise AttributeError(name)
        return Term(f'{self!r}.{name}')
    def __or__(self, other): return Term(f'({self!r}|{other!r})')
    def __sub__(self, other): return Term(f'({self!r}-{other!r})')
    def __format__(self, spec): return f'<{self.text}:{spec}>'
class Box: pass
a, b, c, o, d, n = Term('a'), Term('b'), Term('c'), Box(), {}, [0, 0, 0]
`
const blank = fc.constantFrom('', '', '', ' ')

const expression = fc.letrec<{ term: string; item: string }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    fc.constantFrom('a', 'b', 'c', '1', 'a.x', 'b.y.z'),
    fc.tuple(tie('term'), blank, tie('item')).map(([of, gap, item]) => `${of}${gap}[${item}]`),
    fc.tuple(tie('term'), tie('item')).map(([of, item]) => `${/^\d/.test(of) ? 'a' : of}(${item})`),
    tie('term').map((of) => `(${of})`),
    tie('term').map((of) => `${/^\d/.test(of) ? 'a' : of}.m`),
    fc.tuple(tie('term'), tie('term')).map(([left, right]) => `(a | ${left}) | ${right}`),
    fc.tuple(tie('term'), tie('term')).map(([left, right]) => `${left} if ${right} else b`),
    fc.array(tie('term'), { minLength: 1, maxLength: 3 }).map((each) => `[${each.join(', ')}]`),
  ),
  item: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    tie('term'),
    fc.tuple(tie('term'), tie('term')).map(([left, right]) => `${left}, ${right}`),
    tie('term').map((of) => `*[${of}]`),
    fc.constantFrom('b, c', "'x'", '"a b"'),
  ),
})).term

/** A target, and a value that fits it. */
const pair = fc.letrec<{ one: [string, string]; many: [string, string] }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'target' },
    fc
      .constantFrom('x', 'y', 'o.f', 'o.g', "d['k']", 'd[1]', 'n[0]', 'n[1:2]', '(x)', '(o.f)')
      .map((to): [string, string] => [to, to === 'n[1:2]' ? '[7]' : '5']),
    tie('many').map(([to, value]): [string, string] => [`(${to})`, value]),
    tie('many').map(([to, value]): [string, string] => [`[${to}]`, value]),
  ),
  many: fc
    .tuple(
      fc.array(tie('one'), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', 'z', 'o.s', "d['s']", 'n[0:1]', '[p, q]', '(z)'),
      fc.nat(3),
      blank,
    )
    .map(([each, star, at, gap]): [string, string] => {
      const targets = each.map(([to]) => to)
      const values = each.map(([, value]) => value)
      if (star !== '') {
        targets.splice(at, 0, `*${gap}${star}`)
        values.splice(at, 0, '8', '9')
      }
      return [`${targets.join(', ')},`, `(${values.join(', ')},)`]
    }),
}))

const TELL = "print([globals().get(k) for k in ('x', 'y', 'z', 'p', 'q')], vars(o), d, n)\n"
const statement = fc.oneof(
  pair.many.map(([to, value]) => `${to} = ${value}\n${TELL}`),
  pair.one.map(([to, value]) => `${to} = x = ${value}\n${TELL}`),
  pair.many.map(([to, value]) => `for ${to} in [${value}]: pass\n${TELL}`),
  pair.one.map(([to, value]) => `for ${to} in [${value}]: pass\n${TELL}`),
  fc
    .tuple(expression, fc.constantFrom('', ' = 1'))
    .map(
      ([of, value]) =>
        `class C:\n    t: ${of}${value}\nprint(C.__annotations__, getattr(C, 't', None))\n`,
    ),
  expression.map((of) => `def f(x: ${of} = 1, *p: ${of}) -> ${of}: return x\nprint(f())\n`),
  expression.map((of) => `type T = ${of}\nprint(T.__value__)\n`),
  expression.map((of) => `print(${of})\n`),
  fc
    .tuple(
      expression.filter((text) => !/['"]/.test(text)),
      fc.constantFrom('', '=', ' = ', '= '),
      fc.constantFrom('', '!r', '!s', '!a'),
      fc.constantFrom('', ':', ':>9', ':{b}', ':{b!r:>3}x', ':{{', ':=^9'),
      blank,
    )
    .map(([of, shows, as, spec, gap]) =>
      spec === ':{{'
        ? `print(f'{{{${gap}${of}}}}')\n`
        : `print(f'q{${gap}${of}${shows}${as}${spec}}w')\n`,
    ),
)

test('each means the same, or is refused', () => {
  let refused = 0
  let run = 0
  fc.assert(
    fc.property(statement, (text) => {
      const source = SETUP + text
      const [status, result, output] = plain(source)
      const got = guest.run(source, { policy: { modules: 'standard', dunders: 'guarded' } })
      run += 1
      if (got[0] === 'refused') refused += 1
      else
        expect(got, text).toEqual([
          status,
          result,
          output.replaceAll(/^<program>:\d+: SyntaxWarning.*\n/gm, ''),
        ])
    }),
    {
      numRuns: Number(process.env['SHAPES'] ?? 200),
      seed: process.env['SEED'] ? Number(process.env['SEED']) : undefined!,
    },
  )
  // Few are: the rest would show nothing.
  expect(refused / run).toBeLessThan(0.3)
})
