/** The formats of `check`: exact output, and nothing that the author of a checked file can make of it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Code, Diagnostic } from '../src/diagnostic.js'
import type { Rule } from '../src/rules/rule.js'
import { createFormatter, FORMAT_NAMES, type Format } from '../src/report/formats.js'
import { REPORT_SCHEMA } from '../src/report/report-schema.js'
import type { CheckedFile } from '../src/report/report.js'

const rule: Rule = {
  code: 'PR203',
  name: 'underscore-attribute',
  title: 'Underscore attribute',
  severity: 'error',
  denies: 'Attributes that begin with an underscore.',
  why: 'They lead to the interpreter.',
  instead: 'Use a public name.',
  example: 'x._y  # refused',
}
const options = {
  colour: false,
  version: '1.2.3',
  explain: (code: string) => (code === 'PR203' ? rule : undefined),
}

function found(source: string, text: string, given: Partial<Diagnostic> = {}): Diagnostic {
  const offset = source.indexOf(text)
  const before = source.slice(0, offset).split('\n')
  const start = { line: before.length, column: before.at(-1)!.length + 1, offset }
  const end = { line: start.line, column: start.column + text.length, offset: offset + text.length }
  return {
    code: 'PR203',
    rule: 'underscore-attribute',
    message: 'attribute begins with an underscore',
    span: { start, end },
    ...given,
  }
}

function checked(
  file: string,
  source: string,
  diagnostics: readonly Diagnostic[],
  warnings: readonly Diagnostic[] = [],
): CheckedFile {
  return {
    file,
    source,
    diagnostics,
    omitted: 0,
    warnings,
    usedNames: [],
    unknownNames: [],
    imports: [],
  }
}

function report(
  format: Format,
  files: readonly CheckedFile[],
  problems: readonly { file: string; message: string }[] = [],
  colour = false,
): string {
  const formatter = createFormatter(format, { ...options, colour })
  return [
    ...files.map((file) => formatter.file(file)),
    ...problems.map((problem) => formatter.problem(problem)),
    formatter.end(),
  ].join('')
}

const source = 'import math\nx = y._z\nprint(x)\n'
const one = checked('a.py', source, [found(source, '_z', { hint: 'give it a public name' })])
const warned = checked(
  'src/b.py',
  'l = 1\n',
  [],
  [found('l = 1\n', 'l', { code: 'PR601', rule: 'ambiguous-name', message: 'ambiguous name' })],
)

describe('text', () => {
  test('shows each finding in its place, and counts', () => {
    expect(report('text', [one, warned])).toBe(`error[PR203]: attribute begins with an underscore
 --> a.py:2:7
  |
1 | import math
2 | x = y._z
  |       ^^
3 | print(x)
  = hint: give it a public name

warning[PR601]: ambiguous name
 --> src/b.py:1:1
  |
1 | l = 1
  | ^

Found 1 problem in 1 of 2 files, 1 warning.
`)
  })

  test('says so when there is none, and what was not checked', () => {
    expect(report('text', [checked('a.py', '', [])])).toBe('No problems in 1 file.\n')
    expect(report('text', [], [{ file: 'b.py', message: 'no such file' }])).toBe(
      'No problems in 0 files, 1 file could not be checked.\n',
    )
  })

  test('in colour differs by nothing but the colours', () => {
    expect(report('text', [one, warned], [], true).replace(/\u001b\[\d+m/g, '')).toBe(
      report('text', [one, warned]),
    )
    expect(report('text', [one], [], true)).toContain(
      '\u001b[1m\u001b[31merror[PR203]\u001b[39m\u001b[22m',
    )
  })
})

test('concise gives a line to each finding, in the order of the source', () => {
  const both = checked(
    'a.py',
    'a._b; l = 1',
    [found('a._b; l = 1', '_b')],
    [found('a._b; l = 1', 'a', { code: 'PR601', message: 'short' })],
  )
  expect(report('concise', [both, one])).toBe(
    'a.py:1:1: warning: PR601 short\n' +
      'a.py:1:3: PR203 attribute begins with an underscore\n' +
      'a.py:2:7: PR203 attribute begins with an underscore (hint: give it a public name)\n',
  )
})

test('json is one document with everything in it', () => {
  expect(
    JSON.parse(
      report(
        'json',
        [one, { ...warned, usedNames: ['l'], unselected: 3 }],
        [{ file: 'c.py', message: 'no such file' }],
      ),
    ),
  ).toEqual({
    version: 1,
    ok: false,
    files: [
      {
        file: 'a.py',
        ok: false,
        diagnostics: [{ severity: 'error', ...one.diagnostics[0] }],
        omitted: 0,
        warnings: [],
        unselected: 0,
        usedNames: [],
        unknownNames: [],
        imports: [],
      },
      {
        file: 'src/b.py',
        ok: true,
        diagnostics: [],
        omitted: 0,
        warnings: [{ severity: 'warning', ...warned.warnings[0] }],
        unselected: 3,
        usedNames: ['l'],
        unknownNames: [],
        imports: [],
      },
    ],
    errors: [{ file: 'c.py', message: 'no such file' }],
    leftOut: [],
    summary: {
      files: 2,
      findings: 1,
      warnings: 1,
      errors: 1,
      unselected: 3,
      rules: { PR203: 1, PR601: 1 },
    },
  })
  expect(JSON.parse(report('json', []))).toEqual({
    version: 1,
    ok: true,
    files: [],
    errors: [],
    leftOut: [],
    summary: { files: 0, findings: 0, warnings: 0, errors: 0, unselected: 0, rules: {} },
  })
})

test('what json prints is what its schema says, file by file as they come', () => {
  const validate = new Ajv({ strict: true }).compile(REPORT_SCHEMA)
  const cells = [1, 2].map((cell) => ({ ...one, file: 'n.ipynb', cell, unselected: 1 }))
  for (const text of [
    report('json', []),
    report('json', [one, warned, ...cells], [{ file: '/c d.py', message: 'no such file' }]),
  ]) {
    validate(JSON.parse(text))
    expect(validate.errors).toBeNull()
  }
  expect(validate({ ...JSON.parse(report('json', [])), more: 1 })).toBe(false)
  const formatter = createFormatter('json', options)
  expect(formatter.file(one).match(/^\{"version":1,"files":\[\n\{"file":"a.py".*\}$/)).not.toBe(
    null,
  )
  expect(JSON.parse(formatter.file(warned).slice(1)).file).toBe('src/b.py')
})

describe('cells of a notebook', () => {
  const cells = [2, 5].map((cell) => ({ ...one, file: 'n.ipynb', cell }))

  test('are named in their place, and are one file', () => {
    const text = report('text', cells)
    expect(text.match(/--> .*/g)).toEqual(['--> n.ipynb:cell 2:2:7', '--> n.ipynb:cell 5:2:7'])
    expect(text).toMatch(/Found 2 problems in 1 of 1 file\.\n$/)
    expect(report('concise', cells).split(' PR')[0]).toBe('n.ipynb:cell 2:2:7:')
    expect(report('github', cells).split('\n')[1]).toBe(
      '::error file=n.ipynb,title=PR203 underscore-attribute::cell 5, line 2, column 7: ' +
        'attribute begins with an underscore%0AHint: give it a public name',
    )
    const [result] = JSON.parse(report('sarif', cells)).runs[0].results
    expect([result.message.text.slice(0, 26), result.locations[0].physicalLocation]).toEqual([
      'cell 2, line 2, column 7: ',
      { artifactLocation: { uri: 'n.ipynb' } },
    ])
  })
})

describe('agent', () => {
  test('says what is wrong, where, and what to write instead, alike ones once', () => {
    const twice = 'y._z\nprint(y._z)\n'
    const second = found(twice.slice(5), '_z')
    const diagnostics = [
      found(twice, '_z'),
      {
        ...second,
        span: {
          start: { line: 2, column: 9, offset: 13 },
          end: { line: 2, column: 11, offset: 15 },
        },
      },
    ]
    expect(report('agent', [checked('a.py', twice, diagnostics), warned, one])).toBe(
      'a.py is refused: 2 problems. Change these places and leave the rest.\n' +
        '- line 1:3, 2:9: attribute begins with an underscore [PR203]\n' +
        '  in: y._z\n' +
        '  instead: Use a public name.\n' +
        'a.py is refused: 1 problem. Change these places and leave the rest.\n' +
        '- line 2:7: attribute begins with an underscore [PR203]\n' +
        '  in: x = y._z\n' +
        '  instead: give it a public name\n',
    )
  })
})

describe('gitlab', () => {
  test('is an array of issues with fingerprints that lines above do not change', () => {
    const moved = `# more\n${source}`
    const [first, second] = [
      one,
      checked('a.py', moved, [found(moved, '_z', { hint: 'give it a public name' })]),
    ].map((file) => JSON.parse(report('gitlab', [file]))[0])
    expect(first).toEqual({
      description: 'attribute begins with an underscore. Hint: give it a public name',
      check_name: 'PR203',
      fingerprint: expect.stringMatching(/^[\da-f]{32}$/),
      severity: 'major',
      location: {
        path: 'a.py',
        positions: { begin: { line: 2, column: 7 }, end: { line: 2, column: 9 } },
        lines: { begin: 2, end: 2 },
      },
    })
    expect([second.fingerprint, second.location.lines.begin]).toEqual([first.fingerprint, 3])
    const all = JSON.parse(report('gitlab', [one, one], [{ file: 'c.py', message: 'gone' }]))
    expect(new Set(all.map((issue: { fingerprint: string }) => issue.fingerprint)).size).toBe(3)
    expect(all[2]).toMatchObject({ severity: 'critical', description: 'gone' })
    expect(report('gitlab', [])).toBe('[]\n')
  })
})

describe('junit', () => {
  test('is a suite per file and a failed test per finding', () => {
    expect(report('junit', [one, warned], [{ file: 'c<d.py', message: 'no "such" file' }])).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="pyrestrict">
<testsuite name="a.py" tests="1" failures="1" errors="0">
  <testcase classname="a.py" name="PR203 underscore-attribute at 2:7"><failure type="error" message="attribute begins with an underscore">attribute begins with an underscore
Hint: give it a public name</failure></testcase>
</testsuite>
<testsuite name="src/b.py" tests="2" failures="0" errors="0">
  <testcase classname="src/b.py" name="PR601 ambiguous-name at 1:1"><system-out>warning: ambiguous name</system-out></testcase>
  <testcase classname="src/b.py" name="accepted"/>
</testsuite>
<testsuite name="c&lt;d.py" tests="1" failures="0" errors="1">
  <testcase classname="c&lt;d.py" name="checked"><error type="not-checked" message="no &quot;such&quot; file"/></testcase>
</testsuite>
</testsuites>
`,
    )
  })
})

describe('statistics', () => {
  test('count by rule and by file, the most frequent first', () => {
    const two = checked('b.py', source, [...one.diagnostics, ...one.diagnostics])
    expect(report('statistics', [one, two, warned])).toBe(
      `3  PR203  underscore-attribute  in 2 files
1  PR601  ambiguous-name        in 1 file, warnings

2  b.py
1  a.py

Found 3 problems in 2 of 3 files, 1 warning.
`,
    )
  })
})

describe('github', () => {
  test('annotates the line', () => {
    expect(report('github', [one, warned], [{ file: 'c.py', message: 'no such file' }])).toBe(
      '::error file=a.py,line=2,endLine=2,col=7,endColumn=9,title=PR203 underscore-attribute::attribute begins with an underscore%0A' +
        'Hint: give it a public name\n' +
        '::warning file=src/b.py,line=1,endLine=1,col=1,endColumn=2,title=PR601 ambiguous-name::ambiguous name\n' +
        '::error file=c.py,title=not checked::no such file\n',
    )
  })

  test('gives no columns to a finding of several lines', () => {
    const span = {
      start: { line: 1, column: 1, offset: 0 },
      end: { line: 3, column: 2, offset: 9 },
    }
    expect(report('github', [checked('a.py', 'f(\n  1,\n)', [found('f(', 'f', { span })])])).toBe(
      '::error file=a.py,line=1,endLine=3,title=PR203 underscore-attribute::attribute begins with an underscore\n',
    )
  })

  test('escapes what would end a property or a command', () => {
    const file = 'a,b:c%d\n::warning::x.py'
    expect(
      report('github', [
        checked(file, 'x', [found('x', 'x', { message: '50%\n::set-output name=a::b' })]),
      ]),
    ).toBe(
      '::error file=a%2Cb%3Ac%25d\\n%3A%3Awarning%3A%3Ax.py,line=1,endLine=1,col=1,endColumn=2,title=PR203 underscore-attribute' +
        '::50%25%0A::set-output name=a::b\n',
    )
  })
})

describe('sarif', () => {
  // The OASIS schema is draft 4; without its declaration of that it reads the same as draft 7.
  const { $schema, id, ...schema } = JSON.parse(
    readFileSync(
      createRequire(import.meta.url).resolve(
        '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
      ),
      'utf8',
    ),
  )
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
    schema,
  )

  test('validates against the schema of 2.1.0, empty and full', () => {
    for (const text of [
      report('sarif', []),
      report('sarif', [one, warned], [{ file: '/c d.py', message: 'no such file' }]),
    ]) {
      validate(JSON.parse(text))
      expect(validate.errors).toBeNull()
    }
    expect(validate({ ...JSON.parse(report('sarif', [one])), version: '2.0.0' })).toBe(false)
    expect($schema).toBe('http://json-schema.org/draft-04/schema#')
    expect(id).toContain('sarif-2.1.0-rtm.5.json')
  })

  test('places findings, and explains the rules they broke once each', () => {
    const again = checked('/tmp/ä b.py', 'a._b', [found('a._b', '_b')])
    const {
      runs: [run],
    } = JSON.parse(
      report('sarif', [one, warned, again], [{ file: '../c.py', message: 'no such file' }]),
    )
    expect(run.tool.driver).toEqual({
      name: 'pyrestrict',
      semanticVersion: '1.2.3',
      rules: [
        {
          id: 'PR203',
          name: 'underscore-attribute',
          defaultConfiguration: { level: 'error' },
          properties: { tags: ['security', 'sandbox'] },
          shortDescription: { text: 'Underscore attribute' },
          fullDescription: { text: 'Attributes that begin with an underscore.' },
          help: {
            text: 'Attributes that begin with an underscore.\n\nWhy: They lead to the interpreter.\n\nInstead: Use a public name.\n\nx._y  # refused',
            markdown:
              'Attributes that begin with an underscore.\n\n**Why:** They lead to the interpreter.\n\n' +
              '**Instead:** Use a public name.\n\n```python\nx._y  # refused\n```',
          },
        },
        {
          id: 'PR601',
          name: 'ambiguous-name',
          defaultConfiguration: { level: 'warning' },
          properties: { tags: ['security', 'sandbox'] },
          shortDescription: { text: 'ambiguous-name' },
        },
      ],
    })
    expect(run.columnKind).toBe('utf16CodeUnits')
    expect(
      run.results.map((result: { ruleId: string; ruleIndex: number; level: string }) => [
        result.ruleId,
        result.ruleIndex,
        result.level,
      ]),
    ).toEqual([
      ['PR203', 0, 'error'],
      ['PR601', 1, 'warning'],
      ['PR203', 0, 'error'],
    ])
    expect(run.results[0].message).toEqual({
      text: 'attribute begins with an underscore. Hint: give it a public name',
    })
    expect(run.results[0].locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: 'a.py' },
          region: {
            startLine: 2,
            startColumn: 7,
            endLine: 2,
            endColumn: 9,
            snippet: { text: '_z' },
          },
        },
      },
    ])
    expect(run.results[2].locations[0].physicalLocation.artifactLocation.uri).toBe(
      'file:///tmp/%C3%A4%20b.py',
    )
    expect(run.invocations[0].executionSuccessful).toBe(false)
    expect(run.invocations[0].toolExecutionNotifications[0].message).toEqual({
      text: 'no such file',
    })
  })
})

test('every format tells how many findings are not listed', () => {
  const many = { ...one, omitted: 41 }
  expect(report('text', [many])).toMatch(
    /\n\nand 41 more problems in a\.py\n\nFound 42 problems in 1 of 1 file\.\n$/,
  )
  expect(report('concise', [many])).toMatch(/\na\.py: and 41 more problems\n$/)
  expect(report('agent', [many])).toMatch(/^a\.py is refused: 42 problems\..*\n- and 41 more\n$/s)
  expect(report('junit', [many])).toContain(
    'name="not listed"><failure type="error" message="and 41 more problems"/>',
  )
  expect(JSON.parse(report('gitlab', [many]))[1].description).toBe('and 41 more problems')
  expect(report('statistics', [many])).toMatch(/\n42 {2}a\.py\n/)
  expect(report('github', [many])).toMatch(
    /\n::error file=a\.py,title=not listed::and 41 more problems\n$/,
  )
  expect(JSON.parse(report('json', [many]))).toMatchObject({
    files: [{ omitted: 41 }],
    summary: { findings: 42 },
  })
  expect(JSON.parse(report('sarif', [many])).runs[0].invocations[0]).toMatchObject({
    executionSuccessful: true,
    toolExecutionNotifications: [{ level: 'warning', message: { text: 'and 41 more problems' } }],
  })
})

test('whatever a file is called and holds, no format lets it speak to a terminal or a runner', () => {
  const text = fc.string({
    unit: fc.constantFrom(
      ...'\n\r\t\u001b\u009b\u202e\u0000:,%#[]"\\ ab',
      '::',
      '##[',
      '::set-env name=A::',
      '\u001b[31m',
    ),
    maxLength: 60,
  })
  fc.assert(
    fc.property(
      text,
      text,
      text,
      fc.constantFrom<Format>(...FORMAT_NAMES, 'statistics'),
      (file, content, message, format) => {
        const diagnostic = found(`x${content}`, 'x', {
          message,
          hint: content,
          code: 'PR999' as Code,
        })
        for (const line of report(
          format,
          [checked(file, `x${content}`, [diagnostic])],
          [{ file, message }],
        ).split('\n')) {
          expect(line).not.toMatch(/##[a-z]*\[/)
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
          if (format === 'github')
            expect(line).toMatch(
              /^$|^::error file=[^:,]*,(line=1,endLine=1,col=1,endColumn=2,title=PR999 underscore-attribute|title=not checked)::/,
            )
          else expect(line).not.toMatch(/^\s*::/)
        }
      },
    ),
    { numRuns: 1000 },
  )
})
