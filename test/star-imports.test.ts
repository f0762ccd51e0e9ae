/** `from module import *` of granted modules binds the names that the policy grants, and no others. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createChecker, createSandbox, type Sandbox } from '../src/index.js'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await createSandbox(
    { modules: { math: ['sqrt', 'pi'], collections: '*', 'string.templatelib': '*' } },
    { isolation: 'thread', workers: 1, spares: 0 },
  )
}, 60_000)

afterAll(() => sandbox.close())

test('the granted names are there, and bindings after them hold', async () => {
  const outcome = await sandbox.run(`
from math import *
from collections import *
from string.templatelib import *
def f(x): return sqrt(x) + Counter('aa')['a']
first = sqrt
def sqrt(x): return 'mine'
[first(16), sqrt(1), f.__name__, deque([1]).pop(), isinstance(t'{pi}', Template)]`)
  expect(outcome).toMatchObject({ status: 'returned', value: [4, 'mine', 'f', 1, true] })
})

test('what is not granted is not bound', async () => {
  const { check } = await createChecker({ modules: { math: ['sqrt'] } })
  expect(check('from math import *\nsqrt(1)\nfloor(2)', { names: [] }).unknownNames).toEqual([
    'floor',
  ])
  expect(await sandbox.run('from math import *\nfloor(2)')).toMatchObject({
    status: 'raised',
    exception: { type: 'NameError' },
  })
  for (const source of [
    'from os import *',
    'def f():\n    from math import *',
    'from ..math import *',
  ])
    expect(check(source).ok).toBe(false)
})
