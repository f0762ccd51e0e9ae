/** `check --fix`: only what is exact, only in the files that are named, and shown before with `--diff`. */
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixSource } from '../src/cli/fixes.js'
import { createChecker, type Checker } from '../src/pipeline.js'
import { loadParser, type Parser } from '../src/syntax/parse.js'
import { pyrestrict } from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-fix-'))
afterAll(() => rmSync(folder, { recursive: true }))

let checker: Checker
let parser: Parser
beforeAll(async () => {
  checker = await createChecker({ preset: 'script' })
  parser = await loadParser()
})

const fixed = (source: string): string => fixSource(source, checker, parser, {}).text

describe('repairs', () => {
  test.each([
    ['x.__class__', 'type(x)'],
    ['f(a)[0].b.__class__.__name__', 'type(f(a)[0].b).__name__'],
    ['x.__class__.__class__', 'type(type(x))'],
    ['(x\n .__class__)', '(type(x))'],
    ['a <> b <> c', 'a != b != c'],
    ['x = 0777 + 10L', 'x = 0o777 + 10'],
    ['x = 0007', 'x = 0o7'],
    ['`a` + `b`', 'repr(a) + repr(b)'],
    ['print a, "b"', 'print(a, "b")'],
    ['if x:\n    print x.__class__\n', 'if x:\n    print(type(x))\n'],
    ['x =\u200b 1', 'x = 1'],
    ['x.__class__\r\ny.__class__\r\n', 'type(x)\r\ntype(y)\r\n'],
  ])('%j becomes %j', (source, expected) => {
    expect(fixed(source)).toBe(expected)
    expect(checker.check(expected).ok).toBe(true)
  })

  test.each([
    ['x.__class__ = A'],
    ['del x.__class__'],
    ['x.__dict__'],
    ['def f(type, x):\n    return x.__class__'],
    ['type = 1\nx.__class__'],
    ['(x  # why\n .__class__)'],
    ['print >>f, x'],
    ['print x,'],
    ['print "a", \\\n  "b"'],
    ['print = log\nprint x'],
    ['x = 0x1L'],
    ['x = 089'],
    ['import os'],
    ['s = "x.__class__ <> 0777"'],
  ])('%j stays', (source) => {
    expect(fixed(source)).toBe(source)
  })

  test('count findings, and never leave more of them', () => {
    const source = 'print x.__class__, `y`\nz.__class__ = 1\nimport os\n'
    expect(fixSource(source, checker, parser, {})).toEqual({
      text: 'print(type(x), repr(y))\nz.__class__ = 1\nimport os\n',
      count: 3,
    })
  })
})

describe('files', () => {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return name
  }
  const run = (...args: readonly string[]) => pyrestrict(['check', ...args], { cwd: folder })
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8')

  test('are shown a diff of, and left as they are', async () => {
    const name = write('shown.py', 'a = 1\nb = a.__class__\nimport os\n')
    expect(await run('--diff', name)).toEqual({
      status: 1,
      stdout:
        '--- a/shown.py\n+++ b/shown.py\n@@ -1,3 +1,3 @@\n a = 1\n-b = a.__class__\n+b = type(a)\n import os\n',
      stderr: 'pyrestrict: --fix would repair 1 problem in 1 file\n',
    })
    expect(text(name)).toBe('a = 1\nb = a.__class__\nimport os\n')
    expect(await run('--diff', write('clean.py', 'a = 1\n'))).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    })
  })

  test('are repaired in place, mode and byte order mark kept, and the rest is reported', async () => {
    const name = write('mended.py', '\ufeffb = a.__class__\nimport os\n')
    chmodSync(join(folder, name), 0o750)
    expect(await run('--fix', '--format', 'concise', name)).toEqual({
      status: 1,
      stdout: expect.stringMatching(/^mended\.py:2:8: PR301 [^\n]*\n$/),
      stderr: 'pyrestrict: repaired 1 problem in 1 file\n',
    })
    expect([text(name), statSync(join(folder, name)).mode & 0o777]).toEqual([
      '\ufeffb = type(a)\nimport os\n',
      0o750,
    ])
  })

  test('are not written through a link, and stdin has none', async () => {
    writeFileSync(join(folder, 'target.txt'), 'a.__class__\n')
    symlinkSync('target.txt', join(folder, 'link.py'))
    expect((await run('--fix', 'link.py')).status).toBe(1)
    expect(text('target.txt')).toBe('a.__class__\n')
    expect((await run('--fix', '-')).stderr).toBe(
      'pyrestrict: --fix and --diff are for files, not for stdin\n',
    )
  })
})
