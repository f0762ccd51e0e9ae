/** `check` and its kin: what they answer, what they never do, and what they ask of the host. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  ArgumentError,
  check,
  createChecker,
  PolicyError,
  rewrite,
  type Checker,
} from '../src/index.js'
import { createMapper } from '../src/rewrite/map.js'
import { loadParser } from '../src/syntax/parse.js'

let checker: Checker

setFlagsFromString('--expose-gc')
/** Collects garbage now, so that memory can be compared. */
const collect = runInNewContext('gc') as () => void

beforeAll(async () => {
  checker = await createChecker({ modules: 'standard' })
})

const codes = (source: string, options = {}): readonly string[] =>
  checker.check(source, options).diagnostics.map(({ code }) => code)

describe('a result', () => {
  test('of an accepted source', () => {
    expect(checker.check('import math\narea = math.pi * radius ** 2')).toEqual({
      ok: true,
      diagnostics: [],
      warnings: [],
      omitted: 0,
      usedNames: ['radius'],
      unknownNames: ['radius'],
      imports: [
        {
          module: 'math',
          span: {
            start: { line: 1, column: 8, offset: 7 },
            end: { line: 1, column: 12, offset: 11 },
          },
        },
      ],
    })
  })

  test('of a refused one, with place, rule and hint', () => {
    expect(checker.check('x = 1\nx.__class__').diagnostics).toEqual([
      {
        code: 'PR203',
        rule: 'dunder-attribute',
        message: 'attribute `__class__` is not accessible',
        span: {
          start: { line: 2, column: 3, offset: 8 },
          end: { line: 2, column: 12, offset: 17 },
        },
        hint: 'write `type(x)`',
      },
    ])
  })

  test('counts columns and offsets in UTF-16 code units, and lines as Python does', () => {
    const [diagnostic] = checker.check('s = "😀"; s.__class__').diagnostics
    expect(diagnostic!.span.start).toEqual({ line: 1, column: 13, offset: 12 })
    expect(checker.check('a\r\nb.__class__').diagnostics[0]!.span.start).toEqual({
      line: 2,
      column: 3,
      offset: 5,
    })
  })

  test('is in the order of the source, each rule once at a place', () => {
    const found = checker.check('eval(x.__class__)\nimport os\ny.gi_frame').diagnostics
    expect(found.map(({ code, span }) => [code, span.start.line])).toEqual([
      ['PR208', 1],
      ['PR203', 1],
      ['PR301', 2],
      ['PR204', 3],
    ])
  })

  test('says only what is wrong with the syntax where that is wrong', () => {
    const result = checker.check('x.__class__\ndef f(:\n')
    expect(result.ok).toBe(false)
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['PR010'])
    expect(result.usedNames).toEqual([])
  })

  test('lists a thousand findings and counts the rest', () => {
    const { ok, diagnostics, omitted, warnings } = checker.check('a.__b__\n'.repeat(1500))
    expect([ok, diagnostics.length, omitted, warnings.length]).toEqual([false, 1000, 500, 0])
    expect(diagnostics.at(-1)!.span.start.line).toBe(1000)
    const many = checker.check('a.__b__;'.repeat(20_000))
    expect(many.diagnostics.length + many.omitted).toBe(20_000)
  })

  test('keeps no source alive through its strings', () => {
    // Names cut out of a megabyte would hold on to all of it; there is no telling but by the memory.
    const names: (readonly string[])[] = []
    const before = process.memoryUsage().heapUsed
    for (let round = 0; round < 20; round += 1) {
      names.push(
        checker.check(
          `a_rather_long_name_${round}_of_a_variable\n'${'x'.repeat(1_000_000)}${round}'\n`,
        ).usedNames,
      )
    }
    collect()
    expect(
      names.every(([name], round) => name === `a_rather_long_name_${round}_of_a_variable`),
    ).toBe(true)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000)
  })
})

describe('the mode eval', () => {
  test.each([
    'a',
    ' a',
    '\t a + b',
    '\n\na\n',
    '# c\na  # d\n',
    '(a\n +\nb)',
    'a, b',
    'lambda: 1',
    'a if b else c',
    '[(x := 1), x]',
    '"""a\nb"""',
  ])('accepts %j', (source) => {
    expect(codes(source, { mode: 'eval' })).toEqual([])
  })

  test.each([
    '',
    ' ',
    '\n',
    '# c',
    'a = 1',
    'a; b',
    'a;',
    'a\nb',
    'import math',
    'pass',
    'del a',
    'a += 1',
    'a: int',
    'x := 1\n',
  ])('refuses %j', (source) => {
    expect(codes(source, { mode: 'eval' })).not.toEqual([])
  })

  test('tells where the expression ends', () => {
    const [diagnostic] = checker.check('a + b\nc', { mode: 'eval' }).diagnostics
    expect([diagnostic!.code, diagnostic!.span.start.line]).toEqual(['PR102', 2])
  })

  test('an indented expression is rewritten as Python takes it, and mapped back to where it was', () => {
    const source = '  a.b'
    const result = checker.rewrite(source, { mode: 'eval' })
    if (!result.ok) throw new Error('refused')
    expect(result.code).toBe("_getattr_(a,'b')")
    const mapper = createMapper(source, result.code, result.edits)
    expect([mapper.toSource(1, 0, 'start').column, mapper.toSource(1, 16, 'end').column]).toEqual([
      3, 6,
    ])
  })
})

describe('policies', () => {
  test('grant nothing by what they leave out', async () => {
    const { diagnostics } = (await createChecker()).check('import math')
    expect(diagnostics).toEqual([
      expect.objectContaining({
        code: 'PR301',
        message: 'the policy does not grant module `math`',
        hint: 'grant it: `"modules": { "math": "*" }`, or "standard"',
      }),
    ])
    expect(await check('import math')).toEqual((await createChecker()).check('import math'))
  })

  test('may be given with the call', async () => {
    expect((await check('import math', { policy: { modules: { math: ['pi'] } } })).ok).toBe(true)
    expect(
      (await check('from math import sqrt', { policy: { modules: { math: ['pi'] } } })).ok,
    ).toBe(false)
    expect((await rewrite('import math\nmath.pi', { policy: { modules: 'standard' } })).ok).toBe(
      true,
    )
  })

  test('a limit on the source and on its depth', async () => {
    const strict = await createChecker({ limits: { sourceBytes: 10, depth: 16 } })
    expect(strict.check('a = 12345678901').diagnostics.map(({ code }) => code)).toEqual(['PR500'])
    expect(strict.check('éééééé').diagnostics.map(({ code }) => code)).toEqual(['PR500'])
    expect(
      (await createChecker({ limits: { depth: 16 } }))
        .check('-'.repeat(50) + '1')
        .diagnostics.map(({ code }) => code),
    ).toEqual(['PR501'])
  })

  test('patterns of rules judge literals of megabytes', async () => {
    const large = await createChecker({ limits: { sourceBytes: 64 << 20 } })
    const told = (text: string) => {
      const { diagnostics, warnings } = large.check(text)
      return [...diagnostics, ...warnings].map(({ code }) => code)
    }
    expect(told(`x = '${'a'.repeat(9 << 20)}'\n`)).toEqual([])
    expect(told(`x = b'${'a'.repeat(9 << 20)}\\d'\n`)).toEqual(['PR604'])
    expect(told(`'${'{{'.repeat(9 << 20)}{0.__class__}'.format(x)\n`)).toEqual(['PR211'])
  })

  test('limits of a source hold at their edge, and say which key raises them', async () => {
    const told = async (source: string, limits: object) =>
      (await check(source, { policy: { limits } })).diagnostics.map(({ message }) => message)
    expect(await told('a = 123456', { sourceBytes: 10 })).toEqual([])
    expect(await told('a = 1234567', { sourceBytes: 10 })).toEqual([
      'the source has 11 bytes or more, of 10 allowed; policy.limits.sourceBytes raises it',
    ])
    const signs = Array.from({ length: 30 }, (_, n) => `${'-'.repeat(n)}1`)
    const refused = await Promise.all(signs.map((source) => told(source, { depth: 16 })))
    const first = refused.findIndex((messages) => messages.length > 0)
    expect(refused.slice(first)).toEqual(
      refused
        .slice(first)
        .map(() => ['nested more than 16 levels deep; policy.limits.depth allows more']),
    )
    expect(await told(signs[first]!, { depth: 17 })).toEqual([])
  })

  test('that are none are refused', async () => {
    await expect(createChecker({ module: 'standard' } as never)).rejects.toThrow(PolicyError)
    await expect(check('1', { policy: 'standard' as never })).rejects.toThrow(PolicyError)
  })
})

describe('mistakes of the host', () => {
  test.each([
    [42, undefined, 'the source must be a string, not number'],
    [undefined, undefined, 'the source must be a string, not undefined'],
    [new String('x'), undefined, 'the source must be a string, not object'],
    ['x', null, 'options must be an object, not null'],
    [
      'x',
      { modes: 'eval' },
      'unknown option "modes"; did you mean "mode"? (known: mode, names, filename, modules, firstLine)',
    ],
    ['x', { mode: 'single' }, 'mode: must be "exec", "eval" or "function"'],
    ['x', { filename: 1 }, 'filename must be a string, not number'],
    ['x', { names: 'x' }, 'names must be an array of strings'],
    ['x', { names: ['x', 1] }, 'names[1]: a name must be a string, not number'],
    ['x', { names: ['a b'] }, 'names[0]: "a b" is not a Python name'],
    ['x', { names: ['ﬁ'] }, 'names[0]: Python reads "ﬁ" as "fi": write that'],
    ['x', { names: ['ʼx'] }, 'names[0]: "ʼx" is not a Python name'],
    ['x', { names: ['if'] }, 'names[0]: "if" is a keyword of Python'],
    [
      'x',
      { names: ['_getattr_'] },
      'names[0]: "_getattr_" has a meaning of its own to the guest and cannot be bound',
    ],
    [
      'x',
      { names: ['super'] },
      'names[0]: "super" has a meaning of its own to the guest and cannot be bound',
    ],
    [
      'x',
      { names: ['__name__'] },
      'names[0]: "__name__" has a meaning of its own to the guest and cannot be bound',
    ],
  ])('%j with %j', (source, options, message) => {
    const call = (): unknown => checker.check(source as never, options as never)
    expect(call).toThrow(ArgumentError)
    expect(call).toThrow(message)
  })
})

describe('hostile sources', () => {
  test('never make it throw, and answer alike each time', () => {
    const pieces = fc.constantFrom(
      'def f(',
      ')',
      ':',
      '\n',
      '    ',
      '  ',
      'class C',
      '(',
      '[',
      ']',
      '{',
      '}',
      'x',
      '.__class__',
      'lambda ',
      ' for x in ',
      ' if ',
      'else',
      'match x:\n case ',
      'import ',
      'from ',
      ' as ',
      '*',
      '**',
      ',',
      '=',
      ':=',
      '"',
      "'",
      'f"{',
      '}"',
      '"""',
      '#',
      '\\',
      '\r',
      '\0',
      'global x',
      'nonlocal x',
      'await ',
      'async ',
      'yield ',
      'del ',
      'with ',
      'try:',
      'except',
      'type X = ',
      'ʼ',
      'ﬁ',
      '😀',
      '\ud800',
      '_getattr_',
      'super()',
      '@',
      ';',
      '->',
      '...',
      '__slots__ = ',
      '\t',
      '\f',
    )
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 40 }),
        fc.constantFrom('exec', 'eval'),
        (parts, mode) => {
          const source = parts.join('')
          const result = checker.check(source, { mode: mode as 'exec' })
          expect(result.ok).toBe(result.diagnostics.length === 0)
          expect(checker.check(source, { mode: mode as 'exec' })).toEqual(result)
          for (const { span } of result.diagnostics) {
            expect(span.start.offset).toBeLessThanOrEqual(span.end.offset)
            expect(span.end.offset).toBeLessThanOrEqual(source.length)
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test.each([
    [
      'names that collide in the table',
      () =>
        Array.from({ length: 20_000 }, (_, index) => `n${(index * 7919).toString(36)}`).join('+'),
    ],
    ['one name of a megabyte', () => 'a'.repeat(1_000_000)],
    [
      'names of many spellings',
      () => Array.from({ length: 15_000 }, (_, index) => `ﬁ${index}`).join(';'),
    ],
    [
      'functions side by side, each with the same names',
      () => 'def f(a, b):\n    c = a + b\n    return c\n'.repeat(5_000),
    ],
    [
      'lambdas within lambdas',
      () =>
        `${'lambda a: '.repeat(150)}${Array.from({ length: 10_000 }, (_, index) => `b${index}`).join('+')}`,
    ],
    [
      'calls of super',
      () => `super(${'super('.repeat(90)}${')'.repeat(90)}).__init__()\n`.repeat(100),
    ],
    [
      'names that nobody provides',
      () => Array.from({ length: 10_000 }, (_, index) => `x${index}`).join('\n'),
    ],
    ['breaks outside of loops', () => 'break;'.repeat(25_000)],
    ['comprehensions side by side', () => '[x for x in [y for y in z]];'.repeat(4_000)],
  ])('%s take a small multiple of what parsing takes', async (_, make) => {
    const source = make()
    const parser = await loadParser()
    // Milliseconds of processor time: what else goes on is not in it.
    const time = (work: () => void): number => {
      const started = process.cpuUsage()
      work()
      const { user, system } = process.cpuUsage(started)
      return (user + system) / 1_000
    }
    const parsing = time(() => parser.parse(source))
    expect(time(() => checker.check(source, { names: ['x'] }))).toBeLessThan(8 * parsing + 250)
  })

  test('a small text after a large one costs what it costs before', () => {
    // Microseconds of processor time of fifty checks, of the quickest of ten times: what else goes on is not in it.
    const cost = (): number => {
      let least = Infinity
      for (let n = 0; n < 10; n++) {
        const begun = process.cpuUsage()
        for (let i = 0; i < 50; i++) checker.check('a + b')
        const { user, system } = process.cpuUsage(begun)
        least = Math.min(least, user + system)
      }
      return least
    }
    cost()
    const before = cost()
    checker.check('x = 1; '.repeat(60_000))
    expect(cost()).toBeLessThan(4 * before + 1_000)
  })

  test('memory is flat over thousands of checks', () => {
    // Another name each time: what is remembered of names must be forgotten again.
    const round = (count: number): void => {
      for (let index = 0; index < count; index += 1)
        checker.check(`round(price * x${count}_${index}.y, 2)`)
    }
    const held = (): number => {
      collect()
      const { heapUsed, arrayBuffers } = process.memoryUsage()
      return heapUsed + arrayBuffers
    }
    round(1_000)
    // What leaks does so each time; buffers of what was checked before come and go once.
    const MOST = 2_000_000
    let grown = Infinity
    for (let n = 0; n < 3 && grown >= MOST; n++) {
      const before = held()
      round(4_000)
      grown = held() - before
    }
    expect(grown).toBeLessThan(MOST)
  }, 300_000)
})
