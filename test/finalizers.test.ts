/** Finalizers, where limits and memory are real: they run under the limits of the run. ending.test.ts has those of its end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSandbox, type Sandbox } from '../src/index.js'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await createSandbox(
    { modules: 'standard', limits: { fuel: 2_000_000, wallMs: 10_000 } },
    { isolation: 'thread', workers: 1, spares: 0 },
  )
})
afterAll(() => sandbox.close())

const LOOPS = `class C:
    def __del__(self):
        while True:
            try:
                while True: pass
            except BaseException: pass
x = C()
`

describe('limits hold', () => {
  test.each([
    ['of one that goes', 'del x\n1'],
    ['of one that is alive at the end', '3'],
    ['of one that goes in a cycle', 'import gc\nx.x = x\ndel x\ngc.collect()'],
    [
      'of what is called when one goes',
      'import weakref\nclass D: pass\nd = D()\nr = weakref.ref(d, lambda r: C())\ndel d',
    ],
  ])('%s', async (_name, source) => {
    expect(await sandbox.run(LOOPS + source, { limits: { fuel: 200_000 } })).toMatchObject({
      status: 'exhausted',
      limit: 'fuel',
    })
    expect(await sandbox.run('1 + 1')).toMatchObject({ status: 'returned', value: 2 })
  })
})

test('a session keeps what has a finalizer, and runs it in the run that lets go of it', async () => {
  const session = await sandbox.session()
  await session.run("class C:\n    def __del__(self): print('gone')\nx = C()")
  expect(await session.run('1')).toMatchObject({ stdout: '', value: 1 })
  expect(await session.run('x = None')).toMatchObject({ stdout: 'gone\n' })
  await session.close()
})

test('what nobody can catch is printed without marks and without the library', async () => {
  const outcome = await sandbox.run(
    "import json\nclass C:\n    def __del__(self): self._x\nclass D:\n    def __del__(self): json.loads('{')\nC(); D()\n1",
  )
  expect(
    outcome.stderr.replaceAll(/0x[0-9a-f]+/g, '0x'),
  ).toBe(`Exception ignored while calling deallocator <function C.__del__ at 0x>:
Traceback (most recent call last):
  File "<guest>", line 3, in __del__
    def __del__(self): self._x
                       ^^^^^^^
AttributeError: 'C' object has no attribute '_x'
Exception ignored while calling deallocator <function D.__del__ at 0x>:
Traceback (most recent call last):
  File "<guest>", line 5, in __del__
    def __del__(self): json.loads('{')
                       ~~~~~~~~~~^^^^^
json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)
`)
})
