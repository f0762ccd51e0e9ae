/**
 * The modules of files without a file: paths are joined and split, and what is asked of the system finds an empty folder that nobody
 * can write to, with CPython's own exceptions.
 */
import { describe, expect, test } from 'vitest'
import { check, createSandbox, type Policy } from '../src/index.js'
import { returned } from './support/outcomes.js'
import { sharedWorkers as workers } from './support/shared-workers.js'

const ASKED: readonly (readonly [source: string, told: string])[] = [
  ["os.path.join('a', 'b.txt')", "'a/b.txt'"],
  ["pathlib.PurePath('a/b.txt').suffix", "'.txt'"],
  ['os.getcwd()', "'/'"],
  ['os.listdir()', '[]'],
  ["glob.glob('**', recursive=True)", '[]'],
  ["list(os.walk('.'))", "[('.', [], [])]"],
  ["os.path.exists('/'), os.path.exists('x'), os.path.isdir('/etc')", '(True, False, False)'],
  ["os.path.abspath('x'), str(pathlib.Path('x').resolve())", "('/x', '/x')"],
  ['stat.filemode(os.stat("/").st_mode)', "'dr-xr-xr-x'"],
  ["os.access('/', os.R_OK), os.access('/', os.W_OK)", '(True, False)'],
  ['dict(os.environ)', "{'HOME': '/'}"],
  ['open("x")', "FileNotFoundError: No such file or directory: 'x'"],
  ['open("/etc/passwd")', "FileNotFoundError: No such file or directory: '/etc/passwd'"],
  ['pathlib.Path("x").read_text()', "FileNotFoundError: No such file or directory: 'x'"],
  ['os.listdir("x")', "FileNotFoundError: No such file or directory: 'x'"],
  ['os.remove("x")', "FileNotFoundError: No such file or directory: 'x'"],
  ['open("x", "w")', "OSError: Read-only file system: 'x'"],
  ['pathlib.Path("x").write_text("a")', "OSError: Read-only file system: 'x'"],
  ['os.mkdir("x")', "OSError: Read-only file system: 'x'"],
  ['os.symlink("a", "x")', "OSError: Read-only file system: 'a' -> 'x'"],
  ['os.chmod("/", 0o777)', "OSError: Read-only file system: '/'"],
  ["os.system('clear'), os.system(b'touch x')", '(-1, -1)'],
  ['open("/")', "IsADirectoryError: Is a directory: '/'"],
]
const SOURCE = `
import glob, os, pathlib, stat
def told(ask):
    try:
        return repr(ask())
    except OSError as error:
        name = '' if error.filename is None else f': {error.filename!r}'
        other = '' if error.filename2 is None else f' -> {error.filename2!r}'
        return f'{type(error).__name__}: {error.strerror}{name}{other}'
[told(ask) for ask in (${ASKED.map(([source]) => `lambda: (${source})`).join(',\n')})]`

describe.each(['process', 'thread', 'inline'] as const)('isolation %s', (isolation) => {
  test.each<[string, Policy]>([
    ['the preset agent', { preset: 'agent' }],
    ['the preset education', { preset: 'education' }],
    ['"standard files"', { modules: 'standard files' }],
    [
      'modules by name',
      { modules: { glob: '*', os: '*', 'os.path': '*', pathlib: '*', stat: '*' } },
    ],
    ['the full language', { language: 'full' }],
  ])('%s', async (_, policy) => {
    await using sandbox = await createSandbox(policy, workers(isolation))
    expect(returned(await sandbox.run(SOURCE))).toEqual(ASKED.map(([, told]) => told))
  })
})

test('of a session, where a program is and what is open stays, and a snapshot carries it', async () => {
  await using sandbox = await createSandbox({ preset: 'agent' }, { spares: 0 })
  await using session = await sandbox.session()
  await session.run("import os\nfolder = os.open('/', os.O_RDONLY)\nbefore = os.umask(0o77)")
  await using other = await sandbox.session({ from: await session.snapshot() })
  for (const one of [session, other])
    expect(
      returned(await one.run('[os.umask(0), before, os.getcwd(), os.stat(folder).st_ino]')),
    ).toEqual([0o77, 0o22, '/', 1])
  expect(returned(await sandbox.run('import os\nos.umask(0)'))).toBe(0o22)
})

test('other policies refuse the modules, and tell how they are granted', async () => {
  const policies: Policy[] = [
    {},
    { preset: 'script' },
    { preset: 'formula' },
    { preset: 'template' },
    { modules: 'standard' },
  ]
  for (const policy of policies) {
    const { diagnostics } = await check('import os\nfrom pathlib import Path', { policy })
    expect(diagnostics.map(({ code, message, hint }) => [code, message, hint])).toEqual(
      ['os', 'pathlib'].map((name) => [
        'PR301',
        `the policy does not grant module \`${name}\``,
        `grant it: \`"modules": { "${name}": "*" }\`, or "standard files"`,
      ]),
    )
  }
  const granted = { ...policies[2], modules: { os: ['sep'] } }
  const { diagnostics } = await check('from os import getcwd, fork', { policy: granted })
  expect(diagnostics.map(({ message, hint }) => [message, hint])).toEqual([
    ['the policy does not grant `getcwd` of module `os`', "add it to the policy's names of `os`"],
    ['module `os` shows no `fork`', 'a guest has no processes'],
  ])
})
