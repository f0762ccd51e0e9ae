/** Modules that are guest code have the builtins that CPython's modules have; what does something outside the program a policy denies them, too. */
import { expect, test } from 'vitest'
import { createSandbox, type Outcome, type Policy } from '../src/index.js'
import { sharedWorkers as workers } from './support/shared-workers.js'

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

test.each<[string, Policy, string]>([
  [
    'a stream that is another name of sys',
    { modules: { contextlib: '*' } },
    `
import contextlib
class W:
    def write(self, text): pass
class R(contextlib.redirect_stdout): _stream = 'modules'
r, found = R(W()), []
try: r.__enter__()
except Exception: pass
found += r._old_targets`,
  ],
  [
    'a name that is one thing when it is judged and another when it is looked up',
    { modules: { importlib: '*', copy: '*' } },
    `
import copy, importlib
names = ['', '', 'copy', 'shutil', 'shutil', *['copy'] * 9]
class Name:
    at = 0
    def __hash__(self):
        self.at += 1
        return hash(names[min(self.at, len(names)) - 1])
    def __eq__(self, other): return other == names[min(self.at, len(names)) - 1]
class Text(str):
    def partition(self, sign): return (Name(),)
module = importlib.import_module(Text('copy'))
found = [] if module.copy is copy.copy else [module]`,
  ],
  [
    'a builtin that a pickler is told',
    { modules: { pickle: '*' }, builtins: { deny: ['getattr', 'iter', 'reversed'] } },
    `
import pickle
found = []
class P(pickle.Pickler):
    def save_reduce(self, func, args, *rest, **kept): found.append(func)
class F:
    def write(self, data): pass
class C:
    def m(self): pass
for thing in C().m, str.upper, ().__iter__():
    try: P(F()).dump(thing)
    except Exception: pass`,
  ],
  [
    'classes by which a printer goes',
    { modules: { pprint: '*' } },
    `
import pprint
class P(pprint.PrettyPrinter): pass
found = list(getattr(P, '_dispatch', ()))`,
  ],
])('what the library has of its own stays so: %s', async (_, policy, source) => {
  expect(await outcomeOf(policy, `${source}\nlen(found)`)).toMatchObject({
    status: 'returned',
    value: 0,
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
