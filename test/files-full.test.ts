/** Files under `language: 'full'`: CPython's own modules, over folders in memory and of the host's. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSandbox, type Policy } from '../src/index.js'
import { sharedWorkers as workers } from './support/shared-workers.js'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'full-'))
  mkdirSync(join(data, 'package'))
  writeFileSync(join(data, 'file.csv'), 'a,b\n1,2\n')
  writeFileSync(join(data, 'package/__init__.py'), 'from .part import f\n')
  writeFileSync(join(data, 'package/part.py'), 'def f(): return __file__\n')
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

async function answer(
  source: string,
  filesystem: NonNullable<Policy['filesystem']>,
  isolation: 'process' | 'thread' | 'inline' = 'thread',
): Promise<unknown> {
  await using sandbox = await createSandbox({ language: 'full', filesystem }, workers(isolation))
  const outcome = await sandbox.run(source)
  if (outcome.status === 'returned') return outcome.value
  return outcome.status === 'raised'
    ? outcome.exception.traceback.trim().split('\n').at(-1)
    : outcome
}

describe.each(['process', 'thread', 'inline'] as const)('isolation %s', (isolation) => {
  test("a folder of the host's is read, written over, and written", async () => {
    const filesystem = {
      '/r': { from: data },
      '/o': { from: data, access: 'overlay' },
      '/w': { from: data, access: 'write' },
    } as const
    const source = `
import csv, os, pathlib
out = [list(csv.reader(open('/r/file.csv'))), sorted(os.listdir('/r'))]
try: pathlib.Path('/r/new').touch()
except OSError as e: out.append(str(e))
pathlib.Path('/o/over').write_text('memory')
out.append(sorted(os.listdir('/o')))
pathlib.Path('/w/new').write_text('disk')
out`
    expect(await answer(source, filesystem, isolation)).toEqual([
      [
        ['a', 'b'],
        ['1', '2'],
      ],
      ['file.csv', 'package'],
      "[Errno 69] Read-only file system: '/r/new'",
      ['file.csv', 'over', 'package'],
    ])
    expect(readdirSync(data).sort()).toEqual(['file.csv', 'new', 'package'])
    expect(readFileSync(join(data, 'new'), 'utf8')).toBe('disk')
  })
})

test('what lies in a folder is imported when the program says where', async () => {
  const source = 'import sys\nsys.path.append("/lib")\nimport package\npackage.f()'
  expect(await answer(source, { '/lib': { from: data } })).toBe('/lib/package/part.py')
  expect(await answer('import package', { '/lib': { from: data } })).toBe(
    "ModuleNotFoundError: No module named 'package'",
  )
  expect(readdirSync(join(data, 'package')).sort()).toEqual(['__init__.py', 'part.py'])
})

test.each([
  ['memory', () => ({ '/': { memory: 1_000_000 } })],
  ['a folder of the host', () => ({ '/': { from: data, access: 'write' } as const })],
])('a database lies in %s', async (_what, filesystem) => {
  const source = `
import sqlite3
with sqlite3.connect('/data.db') as db:
    db.execute('create table t (x)')
    db.executemany('insert into t values (?)', [(n,) for n in range(100)])
db.close()
sqlite3.connect('/data.db').execute('select sum(x), count(*) from t').fetchone()`
  expect(await answer(source, filesystem())).toEqual([4950, 100])
})
