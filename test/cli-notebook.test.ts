/** Notebooks, cell by cell. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { findMagics } from '../src/cli/magics.js'
import { pyrestrict } from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-notebook-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return name
}

function notebook(name: string, ...cells: readonly (string | readonly string[])[]): string {
  const text = { cell_type: 'markdown', source: ['# import os'] }
  const code = cells.map((source) => ({ cell_type: 'code', source, outputs: [] }))
  return file(
    name,
    JSON.stringify({
      nbformat: 4,
      metadata: { kernelspec: { language: 'julia' } },
      cells: [text, ...code],
    }),
  )
}

/** Exit status, and place, code and message of each finding. */
async function checked(path: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = await pyrestrict(
    ['check', '--format', 'concise', ...args, path],
    { cwd: folder },
  )
  return [status, ...stdout.split('\n').map((line) => line.replace(/ \(hint.*/, '')), stderr]
}

describe('a notebook', () => {
  test('is checked cell by cell, whatever language it says it is in', async () => {
    const path = notebook('two.ipynb', ['x = 1\n', 'x.__class__'], 'y = )', 'import os')
    expect(await checked(path)).toEqual([
      1,
      'two.ipynb:cell 2:2:3: PR203 attribute `__class__` is not accessible',
      expect.stringMatching(/^two\.ipynb:cell 3:1:\d: PR010 /),
      'two.ipynb:cell 4:1:8: PR301 the policy does not grant module `os`',
      '',
      '',
    ])
    expect((await pyrestrict(['check', path], { cwd: folder })).stdout).toMatch(
      /--> two\.ipynb:cell 2:2:3\n[^]*Found 3 problems in 1 of 1 file\.\n$/,
    )
  })

  test('shares names between its cells', async () => {
    const path = notebook('names.ipynb', 'print(late, given)', 'late = 1\nnobody')
    expect(await checked(path, '--names', 'given')).toEqual([
      1,
      'names.ipynb:cell 3:2:1: PR209 nobody provides `nobody`',
      '',
      '',
    ])
  })

  test('has commands of IPython told, and the rest of their cells checked', async () => {
    const path = notebook(
      'magics.ipynb',
      '%matplotlib inline\nfiles = !ls \\\n  -l\nx.__class__\nprint?',
      '%%bash\nrm -rf /',
      '%%time\nimport os',
      's = """\n%time\n!ls\n"""\nx = (1\n % 2)',
    )
    expect(await checked(path)).toEqual([
      1,
      'magics.ipynb:cell 2:1:1: PR010 `%matplotlib` is a command of IPython, not Python',
      'magics.ipynb:cell 2:2:9: PR010 `!` is a command of IPython, not Python',
      'magics.ipynb:cell 2:4:3: PR203 attribute `__class__` is not accessible',
      'magics.ipynb:cell 2:5:1: PR010 `?` is a command of IPython, not Python',
      'magics.ipynb:cell 3:1:1: PR010 `%%bash` is a command of IPython, not Python',
      'magics.ipynb:cell 4:1:1: PR010 `%%time` is a command of IPython, not Python',
      'magics.ipynb:cell 4:2:8: PR301 the policy does not grant module `os`',
      '',
      '',
    ])
  })

  test('without code is clean', async () => {
    expect(await pyrestrict(['check', notebook('none.ipynb')], { cwd: folder })).toEqual({
      status: 0,
      stdout: 'No problems in 1 file.\n',
      stderr: '',
    })
  })

  test.each([
    ['{', 'it is not a notebook: not JSON'],
    ['[1]', 'it is not a notebook: it has no list of cells'],
    [
      '{"worksheets": []}',
      'it is a notebook of an old format; "jupyter nbconvert --to notebook" makes a new one',
    ],
    ['{"cells": [1]}', 'it is not a notebook: cell 1 has no type'],
    [
      '{"cells": [{"cell_type": "code", "source": [1]}]}',
      'it is not a notebook: cell 1 has no text',
    ],
  ])('that is none is not clean: %s', async (text, message) => {
    expect(await checked(file('bad.ipynb', text))).toEqual([
      2,
      '',
      `pyrestrict: bad.ipynb: cannot be read: ${message}\n`,
    ])
  })
})

test('taking commands out leaves every place where it was', () => {
  const piece = fc.constantFrom(
    '%time',
    '!ls',
    ' ',
    '\n',
    '\r\n',
    'x',
    '=',
    '?',
    '%%bash',
    '\\',
    '"""',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const source = pieces.join('')
      const { text, magics } = findMagics(source)
      const lines = (all: string) => all.split('\n').map((line) => line.length)
      expect(lines(text)).toEqual(lines(source))
      for (const { start, end, name } of magics) {
        expect(start).toBeLessThan(end)
        expect(source.slice(start, end)).toContain(name)
      }
    }),
    { numRuns: 1000 },
  )
})
