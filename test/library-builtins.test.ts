/** Modules that are guest code have the builtins that CPython's modules have; what does something outside the program a policy denies them, too. */
import { expect, test } from 'vitest'
import { createSandbox, type Outcome, type Policy } from '../src/index.js'
import { sharedWorkers } from './support/shared-workers.js'

const workers = sharedWorkers()

async function outcomeOf(policy: Policy, source: string): Promise<Outcome> {
  const sandbox = await createSandbox(policy, workers('thread'))
  try {
    return await sandbox.run(source)
  } finally {
    await sandbox.close()
  }
}

test('a policy that grants hardly a builtin leaves the library whole', async () => {
  const outcome = await outcomeOf(
    { modules: 'standard', builtins: { allow: ['print', 'int', 'ZeroDivisionError'] } },
    `
import contextlib, copy, dataclasses, functools, inspect, io, operator, pprint, sys, traceback, types, typing, warnings
class C: pass
c = C()
c.x = [1]
@functools.singledispatch
def f(x: 'int') -> None: 'any'
text = io.StringIO()
with contextlib.redirect_stdout(text): print('here')
try: 1 / 0
except ZeroDivisionError: told = traceback.format_exc().splitlines()[-1]
with warnings.catch_warnings(record=True) as log: warnings.warn('w')
[copy.deepcopy(c).x, operator.attrgetter('x')(c), pprint.pformat({'a': c.x}), typing.get_type_hints(f)['x'].__name__ == 'int',
 text.getvalue(), told, f'{log[0].message}', f'{types.SimpleNamespace(a=1)}', [name for name, value in inspect.getmembers(c)]]`,
  )
  expect(outcome).toMatchObject({
    status: 'returned',
    value: [
      [1],
      [1],
      "{'a': [1]}",
      true,
      'here\n',
      'ZeroDivisionError: division by zero',
      'w',
      'namespace(a=1)',
      ['x'],
    ],
  })
})

test('what a policy denies of files and prints is denied to the library', async () => {
  const policy: Policy = {
    modules: 'standard files',
    filesystem: { '/': { memory: 100_000 } },
    builtins: { deny: ['open', 'print'] },
  }
  const outcome = await outcomeOf(policy, `import logging\nlogging.FileHandler('/a')`)
  expect(outcome).toMatchObject({
    status: 'raised',
    exception: { type: 'NameError', message: "name 'open' is not defined" },
  })
})
