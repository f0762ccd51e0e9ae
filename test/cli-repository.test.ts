/** `check` in a repository as people have them: what is left out, that it is told, and who may say so. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { pyrestrictEach, pyrestrictSays, type Finished } from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-repository-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A folder with these files; `.git` makes it a work tree. */
function repository(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

const BAD = 'x.__class__\n'
/** The files with findings, and what is said on stderr. */
async function checked(cwd: string, ...args: readonly string[]) {
  return read(await pyrestrictSays(['check', '--format', 'concise', ...args], { cwd }))
}

/** The same of several command lines, in one process. */
async function checkedEach(cwd: string, ...lines: readonly (readonly string[])[]) {
  const each = lines.map((args) => ['check', '--format', 'concise', ...args])
  return (await pyrestrictEach(each, { cwd })).map(read)
}

function read({ status, stdout, stderr }: Finished) {
  return {
    status,
    found: stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(':')[0]),
    stderr,
  }
}

describe('folders that tools fill, and what .gitignore names', () => {
  const root = repository('usual', {
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.gitignore': '# made\n/made/\n*.gen.py\n!keep.gen.py\n',
    'a.py': BAD,
    'made/b.py': BAD,
    'node_modules/x/c.py': BAD,
    '.venv/lib/d.py': BAD,
    '__pycache__/nothing.pyc': '',
    'src/e.gen.py': BAD,
    'src/f.gen.py': BAD,
    'src/keep.gen.py': BAD,
    'src/.gitignore': 'own.py\n!kept.gen.py\n',
    'src/kept.gen.py': BAD,
    'src/own.py': BAD,
    'src/.hidden/g.py': BAD,
    'src/made/h.py': BAD,
  })

  test('are left out, and told by rule', async () => {
    expect(await checked(root)).toEqual({
      status: 1,
      found: ['a.py', 'src/.hidden/g.py', 'src/keep.gen.py', 'src/kept.gen.py', 'src/made/h.py'],
      stderr: `pyrestrict: left out 3 folders and 3 files:
- 1 folder by .venv (usual folders): .venv
- 1 folder by /made/ (.gitignore:2): made
- 1 folder by node_modules (usual folders): node_modules
- 2 files by *.gen.py (.gitignore:3): src/e.gen.py, …
- 1 file by own.py (src/.gitignore:1): src/own.py
- --all checks what .gitignore and the names of folders leave out
`,
    })
  })

  test('are in the document of a format that is one', async () => {
    const { stdout } = await pyrestrictSays(['check', '--format', 'json', 'src'], { cwd: root })
    expect(JSON.parse(stdout).leftOut).toEqual([
      { rule: '*.gen.py', from: '.gitignore:3', folders: 0, files: 2, first: 'src/e.gen.py' },
      { rule: 'own.py', from: 'src/.gitignore:1', folders: 0, files: 1, first: 'src/own.py' },
    ])
  })

  test('are checked with --all', async () => {
    const { found, stderr } = await checked(root, '--all')
    expect([found.length, stderr]).toEqual([11, ''])
  })

  test('are checked when they are named', async () => {
    expect(await checked(root, 'src/own.py', 'made', 'node_modules/x')).toEqual({
      status: 1,
      found: ['src/own.py', 'made/b.py', 'node_modules/x/c.py'],
      stderr: '',
    })
  })

  test('are left out of globs as well', async () => {
    const { found, stderr } = await checked(root, '**/*.py')
    expect(found).toEqual([
      'a.py',
      'src/.hidden/g.py',
      'src/keep.gen.py',
      'src/kept.gen.py',
      'src/made/h.py',
    ])
    expect(stderr.split('\n')[0]).toBe('pyrestrict: left out 6 files:')
  })

  test('--quiet says nothing of them, nor of the number of files', async () => {
    expect(
      await pyrestrictSays(['check', '--quiet', 'src/keep.gen.py', 'src'], { cwd: root }),
    ).toEqual({
      status: 1,
      stdout: expect.stringMatching(/^error\[PR203\][^]*=[^\n]*\n\n$/),
      stderr: '',
    })
  })
})

describe('an author cannot hide a file', () => {
  test('by a pattern that leaves out everything: nothing checked is not clean', async () => {
    const root = repository('everything', { '.gitignore': '*\n', 'a.py': BAD })
    const { status, stderr } = await checked(root)
    expect([status, stderr.split('\n').at(-2)]).toEqual([
      2,
      'pyrestrict: .: every file in it is left out; --all checks what is ignored',
    ])
  })

  test('by a .gitignore above the work tree, or by one that is no file', async () => {
    const root = repository('outer', {
      '.gitignore': '*\n',
      'inner/.git/HEAD': '',
      'inner/a.py': BAD,
    })
    mkdirSync(join(root, 'inner/sub/.gitignore'), { recursive: true })
    writeFileSync(join(root, 'inner/sub/b.py'), BAD)
    expect((await checked(join(root, 'inner'))).found).toEqual(['a.py', 'sub/b.py'])
  })

  test('by more patterns than anybody reads', async () => {
    const root = repository('many', { '.gitignore': '*.py\n'.repeat(1_001), 'a.py': BAD })
    expect((await checked(root)).found).toEqual(['a.py'])
  })

  test('by a pattern that takes for ever to match: it is not applied', async () => {
    const deep = `${'a/'.repeat(60)}c.py`
    const root = repository('slow', {
      '.gitignore': `${'**/a/'.repeat(12)}**/b\n*.txt.py\n`,
      [deep]: BAD,
      'd.txt.py': BAD,
    })
    expect((await checked(root)).found).toEqual([deep])
  })
})

describe('links', () => {
  test('that lead nowhere are told, and are no failure; those to a file that is there are checked once', async () => {
    const root = repository('links', { 'a.py': BAD, 'elsewhere.txt': BAD })
    symlinkSync('nowhere.py', join(root, 'broken.py'))
    symlinkSync('a.py', join(root, 'twin.py'))
    symlinkSync('elsewhere.txt', join(root, 'other.py'))
    expect(await checked(root)).toEqual({
      status: 1,
      found: ['a.py', 'other.py'],
      stderr:
        'pyrestrict: left out 1 file:\n- 1 file by links that lead nowhere (file system): broken.py\n',
    })
    expect((await checked(root, 'broken.py')).stderr).toBe(
      'pyrestrict: broken.py: cannot be read: no such file\n',
    )
  })
})

describe('the operator', () => {
  const root = repository('operator', { 'a.py': BAD, 'tests/b.py': BAD, 'lib/tests/c.py': BAD })

  test('excludes what he names, whatever else is asked for', async () => {
    expect(
      await checkedEach(
        root,
        ['--all', '--exclude', '/tests/', '.', 'tests/b.py'],
        ['--exclude', 'tests/'],
        ['--exclude', 'tests/', '--exclude', '!/lib/tests/'],
      ),
    ).toMatchObject([
      {
        status: 1,
        found: ['a.py', 'lib/tests/c.py'],
        stderr:
          'pyrestrict: left out 1 folder and 1 file:\n- 1 folder and 1 file by /tests/ (--exclude): tests, …\n',
      },
      { found: ['a.py'] },
      { found: ['a.py', 'lib/tests/c.py'] },
    ])
  })

  test('selects rules by code, by the beginning of a code, and by name', async () => {
    const path = join(root, 'many.txt')
    writeFileSync(path, 'import os\nx.__class__\ntry: pass\nexcept: pass\n')
    const selections = [
      [[], [1, ['PR301', 'PR203', 'PR601'], 0]],
      [
        ['--select', 'PR2,pr3'],
        [1, ['PR301', 'PR203'], 1],
      ],
      [
        ['--ignore', 'PR601', '--ignore', 'module'],
        [1, ['PR203'], 2],
      ],
      [
        ['--select', 'dunder-attribute', '--ignore', 'PR'],
        [0, [], 3],
      ],
    ] as const
    const documents = await pyrestrictEach(
      selections.map(([args]) => ['check', '--format', 'json', path, ...args]),
    )
    expect(
      documents.map(({ status, stdout }) => {
        const { files, summary } = JSON.parse(stdout)
        const told = [...files[0].diagnostics, ...files[0].warnings].map(({ code }) => code)
        return [status, told, summary.unselected]
      }),
    ).toEqual(selections.map(([, told]) => told))
    expect(
      await pyrestrictEach([
        ['check', path, '--ignore', 'PR'],
        ['check', path, '--ignore', 'dunder-atribute'],
      ]),
    ).toEqual([
      { status: 0, stdout: 'No problems in 1 file, 3 not selected.\n', stderr: '' },
      {
        status: 2,
        stdout: '',
        stderr:
          'pyrestrict: --ignore: there is no rule "dunder-atribute"; did you mean "dunder-attribute"?\n',
      },
    ])
  })

  test('may have status 0 for findings, but not for a file that was not checked', async () => {
    expect((await checked(root, '--exit-zero')).status).toBe(0)
    expect((await checked(root, '--exit-zero', 'none.py')).status).toBe(2)
  })

  test('has findings counted', async () => {
    expect((await pyrestrictSays(['check', '--statistics'], { cwd: root })).stdout).toBe(
      '3  PR203  dunder-attribute  in 3 files\n\n1  a.py\n1  lib/tests/c.py\n1  tests/b.py\n\nFound 3 problems in 3 of 3 files.\n',
    )
  })
})

describe('reports', () => {
  const root = repository('reports', { 'a.py': BAD })

  test('go to files, several at once', async () => {
    const { status, stdout } = await pyrestrictSays(
      [
        'check',
        '--format',
        'concise',
        '--format',
        'json=out.json',
        '--format=sarif=out.sarif',
        'a.py',
      ],
      { cwd: root },
    )
    expect([status, stdout.slice(0, 5)]).toEqual([1, 'a.py:'])
    expect(JSON.parse(readFileSync(join(root, 'out.json'), 'utf8')).summary.findings).toBe(1)
    expect(JSON.parse(readFileSync(join(root, 'out.sarif'), 'utf8')).version).toBe('2.1.0')
    const text = await pyrestrictSays(['check', '--output', 'out.txt', 'a.py'], {
      cwd: root,
      env: { FORCE_COLOR: '1' },
    })
    expect(text.stdout).toBe('')
    expect(readFileSync(join(root, 'out.txt'), 'utf8')).toMatch(/^error\[PR203\]/)
  })

  test('are never mixed, nor written over what is checked', async () => {
    const wrong = [
      [
        ['--format', 'json', '--format', 'text'],
        '--format: json and text would be mixed on one output; give one a file, as in --format text=FILE',
      ],
      [['--format', 'json=x', '--format', 'text=x'], 'two reports would be written to x'],
      [['--format', 'json=x', '--output', 'y'], '--output: every --format has a file of its own'],
      [['--format', 'json='], '--format: no file after "json="'],
      [['--output', './a.py'], 'the report would overwrite ./a.py, which is to be checked'],
      [['--output', 'none/x'], 'cannot write the report none/x: no such file'],
    ] as const
    const lines = wrong.map(([args]) => ['check', 'a.py', ...args])
    expect(await pyrestrictEach(lines, { cwd: root })).toEqual(
      wrong.map(([, message]) => ({ status: 2, stdout: '', stderr: `pyrestrict: ${message}\n` })),
    )
    expect(readFileSync(join(root, 'a.py'), 'utf8')).toBe(BAD)
  })
})
