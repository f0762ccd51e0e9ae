/** What `run` is given and prints: inputs, limits, values, and a guest's output on its way out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createRunnerFilter, isRunnerLog, terminalText } from '../src/cli/guest-output.js'
import { inputsOf } from '../src/cli/inputs.js'
import { parse } from '../src/cli/parse.js'
import { limitsOf } from '../src/cli/quantities.js'
import { run } from '../src/cli/run.js'
import { LIMIT_NAMES } from '../src/policy/limits.js'
import { outcomeToJson, valueToJson as jsonText } from '../src/sandbox/json.js'
import { UNSPENT } from '../src/sandbox/outcome.js'
import { PyValue, type Value } from '../src/trusted/channel/values.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-values-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What `read` makes of a command line of `run`, or the message it throws. */
function from<T>(read: (args: Parameters<typeof inputsOf>[0]) => T, ...argv: string[]): T | string {
  const args = parse(run, argv)
  if (!('positionals' in args)) throw new Error(args.message)
  try {
    return read(args)
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder}/`, '')
  }
}

describe('inputs', () => {
  const file = join(folder, 'inputs.json')

  test('are JSON by name, those of --input before those of the file', () => {
    writeFileSync(file, '{\n  // the shop\n  "a": 1, "b": [2.5, null],\n}')
    expect(from(inputsOf)).toEqual(new Map())
    expect(
      from(
        inputsOf,
        '--inputs',
        file,
        '--input',
        'a={"x": "="}',
        '--input',
        ' c =12345678901234567890',
      ),
    ).toEqual(
      new Map<string, unknown>([
        ['a', { x: '=' }],
        ['b', [2.5, null]],
        ['c', 12345678901234567890n],
      ]),
    )
  })

  test.each([
    [['--input', 'a'], '--input: "a" is not name=json'],
    [['--input', '=1'], '--input: "=1" is not name=json'],
    [
      ['--input', 'a=hello'],
      '--input a: not JSON: 1:1: expected a value, found "h"; a string needs quotes within those of the shell: \'a="hello"\'',
    ],
    [['--input', 'a={1}'], '--input a: not JSON: 1:2: expected a key in double quotes, found "1"'],
    [['--input', 'a='], '--input a: not JSON: 1:1: expected a value, found the end of the file'],
    [['--input', 'a=1', '--input', 'a=2'], '--input: a is given twice'],
    [['--inputs', join(folder, 'none.json')], 'cannot read the inputs none.json: no such file'],
    [['--inputs', folder], `cannot read the inputs ${folder}: it is a directory`],
  ])('%j is refused', (argv, message) => {
    expect(from(inputsOf, ...argv)).toBe(message)
  })

  test.each([
    ['[1]', 'inputs.json: must hold one JSON object of inputs'],
    ['{"a": 1, "a": 2}', 'inputs.json: not JSON: 1:10: the key "a" is given twice'],
    [new Uint8Array([0xff]), 'cannot read the inputs inputs.json: it is not UTF-8'],
  ])('a file of %j is refused', (content, message) => {
    writeFileSync(file, content)
    expect(from(inputsOf, '--inputs', file)).toBe(message)
  })
})

describe('limits', () => {
  test.each([
    [['--timeout', '2'], { wallMs: 2000 }],
    [['--timeout', '0.5s'], { wallMs: 500 }],
    [['--timeout', '1500ms'], { wallMs: 1500 }],
    [['--timeout', '2M'], { wallMs: 120_000 }],
    [['--memory', '128', '--fuel', '50_000'], { memoryMb: 128, fuel: 50_000 }],
    [['--memory', '1.5g', '--fuel', '10m'], { memoryMb: 1536, fuel: 10_000_000 }],
    [['--memory', '64MiB', '--fuel', '1k'], { memoryMb: 64, fuel: 1000 }],
    [
      ['--limit', 'outputBytes=64m', '--limit=resultBytes=1000', '--limit', 'wallMs=250'],
      { outputBytes: 64 << 20, resultBytes: 1000, wallMs: 250 },
    ],
    [
      ['--limit', 'wallMs=2s', '--limit', 'memoryMb=1g', '--limit', 'recursion=2k'],
      { wallMs: 2000, memoryMb: 1024, recursion: 2000 },
    ],
  ])('%j', (argv, limits) => {
    expect(from(limitsOf, ...argv)).toEqual(limits)
  })

  test.each([
    ['--timeout', 'forever', 'ms, s, m, h'],
    ['--timeout', '-1', 'ms, s, m, h'],
    ['--timeout', '1e3', 'ms, s, m, h'],
    ['--timeout', '1 s s', 'ms, s, m, h'],
    ['--memory', '1t', 'm, mb, mib, g, gb, gib'],
    ['--memory', '0x10', 'm, mb, mib, g, gb, gib'],
    ['--fuel', '1toString', 'k, m, g'],
  ])('%s %s is refused', (option, text, units) => {
    expect(from(limitsOf, `${option}=${text}`)).toBe(
      `${option}: "${text}" is not a number with one of the units ${units}`,
    )
  })
})

describe('--limit', () => {
  test.each([
    [['--limit', 'fuel'], '--limit: "fuel" is not NAME=VALUE, as fuel=10m'],
    [
      ['--limit', 'outputBites=1k'],
      `--limit: there is no limit "outputBites"; did you mean outputBytes? (known: ${LIMIT_NAMES.join(', ')})`,
    ],
    [['--limit', 'fuel=1', '--fuel', '2'], '--limit fuel: fuel is given twice'],
    [['--limit', 'fuel=1', '--limit', 'fuel=2'], '--limit fuel: fuel is given twice'],
    [['--limit', 'depth=1m'], '--limit depth: must be from 16 to 12000 levels, not 1000000'],
    [
      ['--limit', 'outputBytes=1x'],
      '--limit outputBytes: "1x" is not a number with one of the units b, k, kb, kib, m, mb, mib, g, gb, gib',
    ],
  ])('%j is refused', (argv, message) => {
    expect(from(limitsOf, ...argv)).toBe(message)
  })
})

describe('values', () => {
  const cases: readonly (readonly [Value, json: string])[] = [
    [null, 'null'],
    [true, 'true'],
    [12, '12'],
    [2n ** 70n, '1180591620717411303424'],
    [0.1, '0.1'],
    [1e300, '1e+300'],
    [1e-7, '1e-7'],
    [-0, '-0.0'],
    [NaN, '{"$float":"nan"}'],
    [-Infinity, '{"$float":"-inf"}'],
    ["it's", '"it\'s"'],
    ['"a"\n\u001b\u202eä😀\ud800', '"\\"a\\"\\n\\u001b\u202eä😀\\ud800"'],
    [`'"\\`, `"'\\"\\\\"`],
    [new Uint8Array([104, 105, 0, 255]), '{"$bytes":"aGkA/w=="}'],
    [[1, [2, 'x']], '[1,[2,"x"]]'],
    [new Set<Value>([1, 'a']), '{"$set":[1,"a"]}'],
    [new Set(), '{"$set":[]}'],
    [{ a: 1, b: null }, '{"a":1,"b":null}'],
    [{ $a: 1 }, '{"$map":[["$a",1]]}'],
    [
      new Map<Value, Value>([
        [1, 'a'],
        [[2], new Map()],
      ]),
      '{"$map":[[1,"a"],[[2],{}]]}',
    ],
    [new PyValue('Fraction', '1/3'), '{"$type":"Fraction","$text":"1/3"}'],
    [new PyValue('complex', '(1+2j)'), '{"$type":"complex","$text":"(1+2j)"}'],
    [new PyValue('Decimal', '0.10'), '{"$type":"Decimal","$text":"0.10"}'],
  ]
  test.each(cases)('%# as JSON', (value, json) => {
    expect(jsonText(value)).toBe(json)
  })

  test('keys like __proto__ and methods like toJSON are data', () => {
    const hostile = Object.assign(Object.create(null) as Record<string, Value>, {
      toJSON: 1,
      then: 2,
    })
    Object.defineProperty(hostile, '__proto__', { value: 3, enumerable: true })
    expect(jsonText(hostile)).toBe('{"toJSON":1,"then":2,"__proto__":3}')
  })

  test('JSON values come back as they were', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter((value) => !JSON.stringify(value).includes('$')),
        (value) => {
          expect(JSON.parse(jsonText(value as Value))).toEqual(value)
        },
      ),
    )
  })
})

describe("a guest's output", () => {
  test('on a terminal keeps tabs, newlines, returns and colours, and shows everything else that would act', () => {
    expect(terminalText('a\tb\r\n\u001b[1;31mred\u001b[0m')).toBe(
      'a\tb\r\n\u001b[1;31mred\u001b[0m',
    )
    expect(terminalText('\u001b]52;c;ZXZpbA==\u0007\u001b[2J\u009b2J\u202e\b')).toBe(
      '\\x1b]52;c;ZXZpbA==\\x07\\x1b[2J\\x9b2J\\u202e\\x08',
    )
    expect(terminalText('שלום 日本 😀')).toBe('שלום 日本 😀')
  })

  test("in a runner's log gives no commands, however it is cut into pieces", () => {
    const text =
      '::set-output name=a::b\n  ::warning::x\r\nok a::b\n##[group]x ##vso[task.x]y\n\n::stop-commands::t'
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const filter = createRunnerFilter()
        const pieces = [0, ...cuts.sort((a, b) => a - b), text.length]
        const shown = pieces
          .slice(1)
          .map((end, index) => filter(text.slice(pieces[index], end)))
          .join('')
        expect(shown).toBe(
          ':\u200b:set-output name=a::b\n  :\u200b:warning::x\r\nok a::b\n##\u200b[group]x ##vso\u200b[task.x]y\n\n:\u200b:stop-commands::t',
        )
      }),
    )
  })

  test('is filtered for runners only where one is', () => {
    expect(
      [{ GITHUB_ACTIONS: 'true' }, { TF_BUILD: 'True' }, {}, { CI: 'true' }].map(isRunnerLog),
    ).toEqual([true, true, false, false])
  })
})

test('an outcome as JSON has its own fields, and its value in the form of values', () => {
  const value = new Map<Value, Value>([[1, new PyValue('P', 'P(1)', true)]])
  expect(outcomeToJson({ status: 'returned', value, ...UNSPENT })).toBe(
    '{"status":"returned","value":{"$map":[[1,{"$type":"P","$text":"P(1)","$opaque":true}]]},"output":"","stdout":"","stderr":"","usage":{"wallMs":0,"fuel":0,"peakMemoryBytes":0,"outputBytes":0}}',
  )
  expect(JSON.parse(outcomeToJson({ status: 'exited', code: 3, ...UNSPENT }))).toEqual({
    status: 'exited',
    code: 3,
    ...UNSPENT,
  })
})
