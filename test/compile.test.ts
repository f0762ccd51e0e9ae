/** What `compile_source` answers: positions of refusals, CPython's own errors, and bounds on what compiling may cost. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { Python, type Compiled } from './support/python.js'

let python: Python
beforeAll(async () => {
  python = await Python.load()
})

const refusal = (text: string, mode: 'exec' | 'eval' = 'exec'): Compiled =>
  python.compile({ text, mode })

describe('positions', () => {
  test.each([
    [
      'of an expression',
      'x = 1\ny = (a\n  .mro)',
      'PR900',
      'the attribute `mro` is not accessible',
      [2, 5, 3, 6],
    ],
    [
      'columns are bytes',
      "x = 'é', a.mro",
      'PR900',
      'the attribute `mro` is not accessible',
      [1, 10, 1, 15],
    ],
    [
      'of an argument',
      'f(1, __class__=2)',
      'PR900',
      '`__class__` cannot be the name of an argument',
      [1, 5, 1, 16],
    ],
    [
      'of a parameter',
      'def f(a, super=1): pass',
      'PR900',
      '`super` cannot be bound here',
      [1, 9, 1, 14],
    ],
    ['of an import', 'from a import b, _c as d', 'PR900', '`_c` is private', [1, 17, 1, 24]],
    [
      'of a string that names',
      "class C(metaclass=_metaclass_):\n    __match_args__ = ('x', '__class__')",
      'PR900',
      'the attribute `__class__` is not accessible',
      [2, 27, 2, 38],
    ],
    [
      'of a member',
      'class C(metaclass=_metaclass_):\n    x = 1\n    mro: int',
      'PR900',
      'the attribute `mro` is not accessible',
      [3, 4, 3, 7],
    ],
    ['of what the parser refuses', "é = 'é' é é", 'PR901', 'invalid syntax', [1, 10, 1, 12]],
    [
      'over lines',
      'f(a b\n  c)',
      'PR901',
      'invalid syntax. Perhaps you forgot a comma?',
      [1, 2, 1, 5],
    ],
    ['at the end', 'f(', 'PR901', "'(' was never closed", [1, 1, 1, 1]],
    [
      'of what the compiler refuses',
      "'é'; return",
      'PR901',
      "'return' outside function",
      [1, 6, 1, 12],
    ],
    [
      'of what scoping refuses',
      "def f():\n    é = 'é'; global é",
      'PR901',
      "name 'é' is assigned to before global declaration",
      [2, 15, 2, 24],
    ],
    [
      'of half a pair',
      "x = 1\ny = 'é\ud800'",
      'PR901',
      'the text holds half of a surrogate pair',
      [2, 7, 2, 7],
    ],
    [
      'of indentation',
      'if x:\n    y\n  z',
      'PR901',
      'unindent does not match any outer indentation level',
      [3, 3, 3, 3],
    ],
    [
      'where there is none',
      'x\0',
      'PR901',
      'source code string cannot contain null bytes',
      [1, 0, 1, 0],
    ],
    [
      'with carriage returns',
      'x = 1\r\ny = a.mro',
      'PR900',
      'the attribute `mro` is not accessible',
      [2, 4, 2, 9],
    ],
    [
      'private names are spelled as in the source',
      'class C(metaclass=_metaclass_):\n    global _x\n    _y = 1\n    def f(_y, _y): pass',
      'PR901',
      "duplicate argument '_y' in function definition",
      [4, 14, 4, 16],
    ],
  ])('%s', (_what, text, code, message, [line, column, endLine, endColumn]) => {
    expect(refusal(text)).toEqual({ ok: false, code, message, line, column, endLine, endColumn })
  })

  test('renamed names are spelled as in the source, where CPython names them', () => {
    const text = 'class C(metaclass=_metaclass_):\n    def f():\n        nonlocal _x\n    _x = 1'
    expect(refusal(text)).toMatchObject({
      code: 'PR901',
      message: "no binding for nonlocal '_x' found",
      line: 3,
    })
  })
})

describe('bounds', () => {
  const repeat = (count: number, line: (at: number) => string, separator = ''): string =>
    Array.from({ length: count }, (_, at) => line(at)).join(separator)
  const indent = (depth: number): string => ' '.repeat(depth)
  const accepted = { ok: true }
  const limit = (message: string): object => ({
    ok: false,
    code: 'PR902',
    message: `the program cannot be compiled: ${message}`,
  })

  test.each([
    ['a sum', '1+', '1', ''],
    ['negations', 'not ', '1', ''],
    ['a conditional', 'x if x else ', '1', ''],
    ['calls', '', 'f', '()'],
    ['calls with arguments', '', 'f', '(1, x)'],
    ['other branches', '', 'if x: pass', '\nelif x: pass'],
  ])('depth: %s', (_what, before, inner, after) => {
    const text = (depth: number): string => before.repeat(depth) + inner + after.repeat(depth)
    for (const depth of [1000, 2000]) expect(refusal(text(depth))).toMatchObject(accepted)
    // The interpreter has freed those trees, and lives.
    expect(refusal('1')).toMatchObject(accepted)
  })

  test('depth: a tree that is refused for another reason is freed as well', () => {
    expect(refusal(`a.mro; x = ${'1+'.repeat(3500)}1`)).toMatchObject({ code: 'PR900' })
    expect(refusal('1')).toMatchObject(accepted)
  })

  test('depth: deeper than what is verified', () => {
    const text = `x = ${'1+'.repeat(97)}1`
    const most = (depth: number): unknown =>
      python.run(
        [
          'from pyrestrict.compile import compile_source',
          'from pyrestrict.verify import limits',
          'before, limits.DEPTH = limits.DEPTH, depth',
          "try: answer = compile_source({'text': text, 'mode': 'exec', 'filename': 'f'})",
          'finally: limits.DEPTH = before',
          'answer',
        ].join('\n'),
        { text, depth },
      )
    expect(most(100)).toMatchObject(accepted)
    expect(most(99)).toMatchObject(limit('it is nested too deeply'))
  })

  test('depth: what the parser itself gives up on', () => {
    expect(refusal('('.repeat(201) + ')'.repeat(201))).toMatchObject({
      code: 'PR901',
      message: 'too many nested parentheses',
      line: 1,
      column: 200,
    })
    expect(refusal('lambda: '.repeat(5000) + '1')).toMatchObject(limit('it is nested too deeply'))
    expect(refusal(repeat(101, (at) => `${indent(at)}if x:\n`) + `${indent(101)}y`)).toMatchObject({
      code: 'PR901',
      message: 'too many levels of indentation',
    })
    expect(refusal(repeat(22, (at) => `${indent(at)}while x:\n`) + `${indent(22)}y`)).toMatchObject(
      { code: 'PR901', message: 'too many statically nested blocks' },
    )
  })

  test('length of the text, and of the code', () => {
    const of = (most: number): string => `, of ${most} allowed; policy.limits.codeBytes raises it`
    const told = (text: string, codeBytes: number): unknown =>
      python.run('from pyrestrict.compile import compile_source\ncompile_source(request)', {
        request: { text, codeBytes, mode: 'exec', filename: '' },
      })
    expect(told('x = 1', 5)).toMatchObject({
      ...limit(`it makes 97 bytes of code${of(5)}`),
      line: 1,
      column: 0,
    })
    expect(told('x = 1', 96)).toMatchObject(limit(`it makes 97 bytes of code${of(96)}`))
    expect(told('x = 1', 97)).toMatchObject(accepted)
    expect(told(`#${'x'.repeat(99)}`, 100)).toMatchObject(accepted)
    expect(told(`#${'x'.repeat(100)}`, 100)).toMatchObject({
      ...limit(`it has 101 characters${of(100)}`),
      line: 1,
      column: 0,
    })
    expect(refusal(`#${'x'.repeat(32 * 2 ** 20)}`)).toMatchObject(
      limit(`it has 33554433 characters${of(32 * 2 ** 20)}`),
    )
  })

  test('numbers that take long to read', () => {
    expect(refusal('x = ' + '9'.repeat(4300))).toMatchObject(accepted)
    expect(refusal('x = ' + '9'.repeat(4301))).toMatchObject({ code: 'PR901', line: 1, column: 0 })
    expect(refusal('x = 0x' + 'f'.repeat(100_000))).toMatchObject(accepted)
  })

  test.each([
    "'a'*10**9",
    "b'a'*10**9",
    '1<<10**9',
    '2**10**9',
    '(1,)*10**8',
    '((1,)*256,)*256',
    "'%999999999d' % 1",
    "f'{1:>999999999}'",
    '10**4300',
    '-(1<<10**9)',
  ])('constants are folded within bounds: %s', (text) => {
    const compiled = refusal(`x = ${text}`)
    expect(compiled.ok && compiled.code.length < 5000).toBe(true)
  })

  test('code that is far longer than its text', () => {
    const folded = (count: number): string =>
      `x = [${repeat(count, (at) => `'${at}'*${Math.floor(4096 / String(at).length)}`, ',')}]`
    expect(refusal(folded(3000))).toMatchObject(accepted)
    const { message } = refusal(folded(9000)) as { message: string }
    expect(message).toMatch(
      /^the program cannot be compiled: it makes 3[67]\d{6} bytes of code, of 33554432 allowed; policy\.limits\.codeBytes raises it$/,
    )
  })

  const finallyIn = (depth: number, core: string): string =>
    repeat(depth, (at) => `${indent(at)}try: f()\n${indent(at)}finally:\n`) + indent(depth) + core
  const finallyAround = (depth: number, core: string): string =>
    `def f():\n${repeat(depth, (at) => `${indent(at + 1)}try:\n`)}${indent(depth + 1)}${core}\n${repeat(depth, (at) => `${indent(depth - at)}finally: g()\n`)}`

  test.each([
    ['in each other', finallyIn],
    ['around each other', finallyAround],
  ])('finally clauses: %s', (_what, nested) => {
    // CPython writes a clause out for each way into it: the size of what that makes is what is bounded.
    expect(refusal(nested(4, 'h()'))).toMatchObject(accepted)
    expect(refusal(nested(12, 'h()'))).toMatchObject(accepted)
  })

  test('finally clauses: through functions and classes within', () => {
    const text = (depth: number): string =>
      repeat(
        depth,
        (at) =>
          `${indent(at * 2)}try: f()\n${indent(at * 2)}finally:\n${indent(at * 2 + 1)}def f():\n`,
      ) +
      indent(depth * 2) +
      'pass'
    expect(refusal(text(4))).toMatchObject(accepted)
  })

  test('finally clauses: so deep in each other that they multiply', () => {
    expect(refusal(finallyIn(19, 'h()'))).toMatchObject(limit('its `finally` clauses multiply'))
  })

  test('finally clauses: written out for every way out', () => {
    const text = (exits: number, size: number, exit = 'return'): string =>
      `def f():\n  for x in _getiter_(y):\n    try:\n${'      if a: '.concat(exit, '\n').repeat(exits)}    finally:\n${'      b()\n'.repeat(size)}`
    for (const exit of ['return', 'break', 'continue']) {
      expect(refusal(text(90, 300, exit))).toMatchObject(accepted)
      expect(refusal(text(1000, 300, exit))).toMatchObject(limit('its `finally` clauses multiply'))
    }
    // Ways out of the inner clause's own copies count as often as there are copies.
    const nested = (exits: number): string =>
      `def f():\n  try:\n    try:\n${'      if a: return\n'.repeat(exits)}    finally:\n${'      if a: return\n'.repeat(exits)}  finally:\n    ${'g();'.repeat(20)}`
    expect(refusal(nested(20))).toMatchObject(accepted)
    expect(refusal(nested(60))).toMatchObject(limit('its `finally` clauses multiply'))
  })

  test('comprehensions within each other: CPython writes past an array from 23 on', () => {
    const text = (open: string, close: string, depth: number): string =>
      `x = ${open.repeat(depth)}0${` for x in _getiter_(y)${close}`.repeat(depth)}`
    for (const [open, close] of ['[]', '{}']) {
      expect(refusal(text(open!, close!, 19))).toMatchObject(accepted)
      expect(refusal(text(open!, close!, 20))).toMatchObject(
        limit('`try`, `with` and comprehensions are nested too deeply'),
      )
    }
    expect(refusal(text('(', ')', 49))).toMatchObject(accepted)
    expect(refusal(text('(', ')', 51))).toMatchObject(
      limit('functions and classes are nested too deeply'),
    )
  })

  test('handlers and comprehensions count together, whatever else the compiler adds', () => {
    const nest = (
      blocks: readonly ['try' | 'except' | 'finally' | 'with', number][],
      comprehensions: number,
    ): string => {
      let depth = 1
      let text = 'async def f():\n'
      let ends = ''
      for (const [kind, count] of blocks) {
        for (let i = 0; i < count; i += 1, depth += 1) {
          const here = indent(depth)
          if (kind === 'with') text += `${here}async with a as b:\n`
          else if (kind === 'except') text += `${here}try: pass\n${here}except E as e:\n`
          else {
            text += `${here}try:\n`
            ends = `${here}${kind === 'try' ? 'except E: pass' : 'finally: pass'}\n${ends}`
          }
        }
      }
      return `${text}${indent(depth)}await f([${'['.repeat(comprehensions)}(yield) if await g() else 0${' async for x in _getiter_(y)]'.repeat(comprehensions)}])\n${ends}`.replace(
        '(yield) if await g() else 0',
        '(await g())',
      )
    }
    const message = '`try`, `with` and comprehensions are nested too deeply'
    for (const [block, each] of [
      ['try', 1],
      ['with', 1],
      ['except', 2],
    ] as const) {
      for (const comprehensions of [2, 5, 12]) {
        const most = Math.floor((19 - comprehensions) / each)
        expect([
          block,
          comprehensions,
          refusal(nest([[block, most]], comprehensions)),
        ]).toMatchObject([block, comprehensions, accepted])
        expect([
          block,
          comprehensions,
          refusal(nest([[block, most + 1]], comprehensions)),
        ]).toMatchObject([block, comprehensions, limit(message)])
      }
    }
    expect(
      refusal(
        nest(
          [
            ['finally', 3],
            ['except', 3],
          ],
          10,
        ),
      ),
    ).toMatchObject(accepted)
    expect(
      refusal(
        nest(
          [
            ['finally', 3],
            ['except', 3],
          ],
          11,
        ),
      ),
    ).toMatchObject(limit(message))
  })

  test('what CPython fails at is refused', () => {
    const text = 'class C(metaclass=_metaclass_):\n  x = [lambda: super for y in _getiter_(z)]'
    expect(refusal(text)).toMatchObject(
      limit(
        "compiler_lookup_arg(name='__class__') with reftype=5 failed in C; freevars of code <lambda>: ('__class__',)",
      ),
    )
    expect(refusal(text.replace('lambda: super', 'lambda: y'))).toMatchObject(accepted)
  })

  test('functions within each other', () => {
    const nested = (depth: number): string => `x = ${'lambda: '.repeat(depth)}0`
    expect(refusal(nested(50))).toMatchObject(accepted)
    expect(refusal(nested(51))).toMatchObject(limit('functions and classes are nested too deeply'))
  })

  test('what is compared with everything beside it', () => {
    const names = (count: number, suffix = ''): string =>
      repeat(count, (at) => `a${at}${suffix}`, ', ')
    expect(refusal(`f(${names(1000, '=1')})`)).toMatchObject(accepted)
    expect(refusal(`f(${names(1001, '=1')})`)).toMatchObject(
      limit('more than 1000 named arguments'),
    )
    expect(refusal(`class C(${names(1000, '=1')}, metaclass=_metaclass_): pass`)).toMatchObject(
      limit('more than 1000 named arguments'),
    )
    expect(refusal(`def f[${names(50)}](): pass`)).toMatchObject(accepted)
    for (const text of [
      `def f[${names(51)}](): pass`,
      `class C[${names(51)}](metaclass=_metaclass_): pass`,
      `type X[${names(51)}] = int`,
    ]) {
      expect(refusal(text)).toMatchObject(limit('more than 50 type parameters'))
    }
    const pattern = (inside: string): string => `match x:\n    case ${inside}: pass`
    expect(refusal(pattern(`C(${names(1000, '=1')})`))).toMatchObject(accepted)
    expect(refusal(pattern(`C(${names(1001, '=1')})`))).toMatchObject(
      limit('more than 1000 attributes in a pattern'),
    )
    expect(refusal(pattern(`[${names(128)}]`))).toMatchObject(accepted)
    expect(refusal(pattern(`[${names(129)}]`))).toMatchObject(
      limit('a pattern captures more than 128 names'),
    )
    expect(refusal(pattern(`[${names(64)}] | [*b, {'k': [${names(64)}]}] as a`))).toMatchObject(
      limit('a pattern captures more than 128 names'),
    )
  })
})

describe('hostile text', () => {
  test('is answered, whatever it is', () => {
    const words = fc.constantFrom(
      'x',
      '_x',
      '__x__',
      ' ',
      '\n',
      '\n    ',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      ':',
      ',',
      '.',
      '=',
      '*',
      '**',
      '@',
      "'",
      '"""',
      '\\',
      '#',
      '\r',
      '\t',
      '\0',
      '\ud800',
      'é',
      'ʼ',
      'lambda',
      'def',
      'class',
      'import',
      'from',
      'yield',
      'await',
      'async',
      'match',
      'case',
      'for',
      'in',
      'if',
      'else',
      'try',
      'except',
      'finally',
      'with',
      'as',
      '1',
      '0x',
      'f"',
      '{',
      '}',
      '"',
      '_getattr_(',
      '_getiter_(',
      '_write_(',
      '_metaclass_',
      'metaclass=',
      'super()',
      ':=',
      '+=',
      'global ',
      'type ',
    )
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 12 }),
        fc.constantFrom('exec' as const, 'eval' as const),
        (parts, mode) => {
          const compiled = refusal(parts.join(''), mode)
          if (compiled.ok) return compiled.code.length > 0
          return (
            /^PR90[012]$/.test(compiled.code) &&
            compiled.line >= 1 &&
            compiled.column >= 0 &&
            compiled.endLine >= compiled.line &&
            compiled.message !== ''
          )
        },
      ),
      { numRuns: 750 },
    )
  })
})
