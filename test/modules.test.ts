/** Modules of the host's own: guest source and what the host grants under a name, as programs, formulas and attackers find them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  capability,
  check,
  createSandbox,
  GuestError,
  ModuleError,
  type EffectEvent,
  type Isolation,
  type Outcome,
  type Policy,
  type Sandbox,
} from '../src/index.js'

/** Its value, or what it raised, or why it was refused. */
function told(outcome: Outcome): unknown {
  if (outcome.status === 'returned') return outcome.value
  if (outcome.status === 'raised') return `${outcome.exception.type}: ${outcome.exception.message}`
  if (outcome.status === 'refused')
    return outcome.diagnostics.map(({ code, message }) => `${code} ${message}`)
  return outcome
}

const HELPERS = `"""Helps."""
import math
from erp import lookup
_hidden = 3
count = 0
class Trouble(Exception): pass
def f(x):
    return math.sqrt(x) + _hidden
def bump():
    global count
    count += 1
    return count
def bad(x):
    return 1 / x
def found(key):
    return lookup(key) + rate(1)
`
const MODULES = {
  helpers: HELPERS,
  pkg: 'from .part import *\nfrom . import part as p\n__all__ = ["a", "deep"]\ndef deep(): return p.b\n',
  'pkg.part': 'a = 1\nb = 2\n_c = 3\n',
  'pkg.sub.low': 'from ..part import b\nfrom ..part import a\nboth = [a, b]\n',
  all_of_it: 'from pkg.part import *\nown = a + b\n',
  circle_a: 'import circle_b\nx = 1\ndef g(): return circle_b.y\n',
  circle_b: 'import circle_a\ny = 2\n',
  half_a: 'from half_b import q\np = 1\n',
  half_b: 'from half_a import p\nq = 1\n',
  broken: 'x = 1\n1 / 0\n',
  endless: 'while True: pass\n',
  json: 'class J: pass\ndumps = "the host’s own"\n',
  things: `from dataclasses import dataclass
class Plain: pass
class Failure(Exception): pass
@dataclass
class Row:
    # The library evaluates it in the module that the class names.
    cells: 'list[int]'
def fail(): raise Failure('no')
def ask():
    return rate(4)
`,
}

/** A sandbox with all of them, that tells what it asks of its host. */
const opened = (isolation: Isolation, onEffect?: (event: EffectEvent) => void): Promise<Sandbox> =>
  createSandbox(
    {
      preset: 'script',
      capabilities: { erp: { calls: 5 }, 'erp.once': { calls: 1 } },
      limits: { wallMs: 3_000 },
    },
    {
      isolation,
      workers: 1,
      spares: 0,
      onEffect,
      capabilities: { rate: (x: number) => x * 2 },
      modules: {
        ...MODULES,
        erp: {
          lookup: (key: string) => {
            if (key === '') throw new GuestError('KeyError', 'no key')
            return key.length
          },
          once: () => 1,
          doc: capability(
            { title: 'T', owner: 'secret', save: () => 'saved' },
            { methods: ['save'], read: ['title'] },
          ),
        },
      },
    },
  )

describe.each<Isolation>(['process', 'thread', 'inline'])('isolation %s', (isolation) => {
  let sandbox: Sandbox
  let events: EffectEvent[] = []
  beforeAll(async () => {
    sandbox = await opened(isolation, (event) => events.push(event))
  })
  afterAll(() => sandbox.close())
  const run = async (source: string) => told(await sandbox.run(source))

  test('a module is imported, has state and globals of its own, and sees what the host grants', async () => {
    expect(
      await run(
        'import helpers\n[helpers.f(4), helpers.bump(), helpers.bump(), helpers.count, helpers._hidden, helpers.__name__, helpers.__doc__]',
      ),
    ).toEqual([5, 1, 2, 2, 3, 'helpers', 'Helps.'])
    expect(
      await run('import helpers\nhelpers.count = 41\n[helpers.bump(), helpers.found("ab")]'),
    ).toEqual([42, 4])
    expect(await run('from helpers import f as g, bump\n[g(9), bump()]')).toEqual([6, 1])
    // Pristine each time.
    expect(await run('import helpers\nhelpers.count')).toBe(0)
    expect(await run('import helpers\nstr(helpers)')).toBe("<module 'helpers'>")
    expect(
      await run(
        'import helpers\ntry:\n    raise helpers.Trouble("x")\nexcept helpers.Trouble as e:\n    r = str(e)\nr',
      ),
    ).toBe('x')
  })

  test('what it raises is told with its own file and lines', async () => {
    const outcome = await sandbox.run('import helpers\nhelpers.bad(0)', { filename: 'main.py' })
    if (outcome.status !== 'raised') throw new Error(outcome.status)
    expect(outcome.exception.traceback).toBe(`Traceback (most recent call last):
  File "main.py", line 2, in <module>
    helpers.bad(0)
    ~~~~~~~~~~~^^^
  File "helpers.py", line 14, in bad
    return 1 / x
           ~~^~~
ZeroDivisionError: division by zero
`)
    const source = `
for _ in range(2):
    try:
        import broken
    except ZeroDivisionError as e:
        r = str(e)
r`
    expect(await run(source)).toBe('division by zero')
  })

  test('what it defines is of it, in reprs, in tracebacks and in the log', async () => {
    const source = 'import things, json\n[repr(c) for c in (things.Plain, things.Row, json.J)]'
    expect(await run(source)).toEqual([
      "<class 'things.Plain'>",
      "<class 'things.Row'>",
      // Of a module that the library has too, a class says nothing: the library would look names up in its own.
      "<class '__main__.J'>",
    ])
    expect(await run('from things import Row\nrepr(Row([1]))')).toBe('Row(cells=[1])')
    const outcome = await sandbox.run('import things\nthings.fail()')
    if (outcome.status !== 'raised') throw new Error(outcome.status)
    expect(outcome.exception).toMatchObject({ type: 'Failure', module: 'things' })
    expect(outcome.exception.traceback).toContain('File "things.py", line 8, in fail')
    expect(outcome.exception.traceback).toContain('\nthings.Failure: no\n')
    events = []
    expect(await run('import things\n[rate(1), things.ask()]')).toEqual([2, 8])
    expect(events.map(({ target, at }) => [target, at])).toEqual([
      ['rate', { line: 2, column: 2 }],
      ['rate', { line: 10, column: 12, file: 'things.py' }],
    ])
  })

  test('its time is the run’s', async () => {
    expect(await sandbox.run('import endless', { limits: { wallMs: 300 } })).toMatchObject({
      status: 'exhausted',
      limit: 'wallMs',
    })
  })

  test('a module of capabilities: calls, objects, errors, rules by its names', async () => {
    events = []
    expect(
      await run(
        'import erp\nfrom erp import lookup, doc\n[erp.lookup("abc"), lookup("d"), doc.title, doc.save()]',
      ),
    ).toEqual([3, 1, 'T', 'saved'])
    expect(events.map(({ kind, target, rule, at }) => [kind, target, rule, at?.line])).toEqual([
      ['call', 'erp.lookup', 'capabilities.erp', 3],
      ['call', 'erp.lookup', 'capabilities.erp', 3],
      ['get', 'erp.doc.title', 'capabilities.erp', 3],
      ['call', 'erp.doc.save', 'capabilities.erp', 3],
    ])
    expect(await run('import erp\nerp.lookup("")')).toBe("KeyError: 'no key'")
    expect(await run('import erp\nerp.doc.owner')).toBe(
      "AttributeError: the host shows no 'owner' of <erp.doc of the host>",
    )
    expect(await run('from erp import once\nonce()\nonce()')).toBe(
      'PermissionError: erp.once may be called 1 times in a run',
    )
    expect(await run('import erp\n[erp.lookup("a") for _ in range(6)]')).toBe(
      'PermissionError: erp.lookup may be called 5 times in a run',
    )
  })

  test('formulas and expressions name modules and capabilities', async () => {
    events = []
    const formula = await sandbox.formula(
      'helpers.f(x) + rate(y) + erp.lookup("k") + pkg.sub.low.b',
      ['x', 'y'],
    )
    if (formula.status !== 'compiled') throw new Error(formula.status)
    expect(await formula.evaluate({ x: 4, y: 1 })).toBe(10)
    expect(await formula.evaluate({ x: 9, y: 1 })).toBe(11)
    expect(await formula.map({ x: [4, 9], y: [1, 2] })).toEqual(new Float64Array([10, 13]))
    expect(events.map(({ target }) => target)).toEqual(Array(4).fill(['rate', 'erp.lookup']).flat())
    expect(new Set(events.map(({ run }) => run)).size).toBe(3)
    const failing = await sandbox.formula('erp.lookup("")', [])
    if (failing.status !== 'compiled') throw new Error(failing.status)
    await expect((async () => failing.evaluate({}))()).rejects.toThrow("KeyError: 'no key'")
    const program = await sandbox.compile('helpers.f(x) + rate(1)', {
      mode: 'eval',
      parameters: ['x'],
    })
    if (program.status !== 'compiled') throw new Error(program.status)
    expect(told(await program.run({ x: 4 }))).toBe(7)
    expect(told(await sandbox.run('helpers.f(x)', { mode: 'eval', inputs: { x: 1 } }))).toBe(4)
    const [inferred] = await sandbox.formulas(['helpers.f(x) + rate(z)'])
    expect(inferred).toMatchObject({ status: 'compiled', parameters: ['x', 'z'] })
    const refused = await sandbox.formula('helper.f(1)', [])
    expect(refused.status).toBe('refused')
  })

  test('a session keeps modules, and so does its snapshot', async () => {
    await using session = await sandbox.session()
    expect(told(await session.run('import helpers\nhelpers.bump()'))).toBe(1)
    expect(told(await session.run('helpers.bump()'))).toBe(2)
    await using restored = await sandbox.session({ from: await session.snapshot() })
    expect(
      told(await restored.run('import helpers as again\n[helpers.bump(), again is helpers]')),
    ).toEqual([3, true])
    const failed = await restored.run('helpers.bad(0)')
    expect(failed.status === 'raised' && failed.exception.frames.at(-1)).toMatchObject({
      file: 'helpers.py',
    })
  })
})

describe('the language of modules, which is the same in every isolation', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await opened('inline')
  })
  afterAll(() => sandbox.close())
  const run = async (source: string) => told(await sandbox.run(source))

  test('packages, relative imports and stars', async () => {
    expect(await run('from pkg import *\n[a, deep()]')).toEqual([1, 2])
    expect(await run('import pkg.sub.low\n[pkg.sub.low.both, pkg.part.b, pkg.a]')).toEqual([
      [1, 2],
      2,
      1,
    ])
    expect(await run('from pkg.sub import low\nlow.both')).toEqual([1, 2])
    expect(await run('from all_of_it import *\n[a, b, own]')).toEqual([1, 2, 3])
    // What hides a module of the library’s is found in its place.
    expect(await run('import json\njson.dumps')).toBe('the host’s own')
  })

  test('circles as in CPython', async () => {
    expect(await run('import circle_a\ncircle_a.g()')).toBe(2)
    expect(await run('import half_a')).toBe(
      "ImportError: cannot import name 'p' from 'half_a' (it is being imported: most likely a circular import)",
    )
  })

  test('names that it lacks are refused, with the name that was meant', async () => {
    expect(await run('from helpers import bumb')).toEqual([
      'PR302 module `helpers` shows no `bumb`',
    ])
    expect(await run('from erp import look')).toEqual(['PR302 module `erp` shows no `look`'])
    expect(await run('import helper')).toEqual(['PR301 module `helper` is not available'])
    expect(await run('import helpers\nhelpers.nope')).toBe(
      "AttributeError: module 'helpers' has no attribute 'nope'",
    )
    expect(await run('def f():\n    from helpers import *')).toEqual([
      'PR303 a star import stands at the level of the module',
    ])
    expect(await run('from . import helpers')).toEqual([
      'PR304 a relative import has no package to start from',
    ])
  })

  test('a module leads nowhere that the program does not', async () => {
    for (const source of [
      'import helpers\nhelpers.__builtins__',
      'import helpers\nhelpers.__dict__',
      'import helpers\nhelpers.f.__globals__',
      'from helpers import __builtins__',
      'from helpers import _hidden',
    ])
      expect((await sandbox.run(source)).status).toBe('refused')
    for (const name of ['__builtins__', '__dict__', '__class__', '__setattr__'])
      expect(await run(`import helpers\nname = "${name}"\ngetattr(helpers, name)`)).toMatch(
        /^AttributeError: /,
      )
    const attempts = `
import helpers
done = []
for name in '__builtins__', '__name__', '__class__', '__dict__':
    try:
        setattr(helpers, name, {})
        done.append(name)
    except AttributeError:
        pass
[done, helpers.f(4), type(helpers).__name__]`
    expect(await run(attempts)).toEqual([[], 5, 'module'])
    expect(await run('import helpers\ntype(helpers)()')).toMatch(/^TypeError: /)
  })
})

describe('the host’s mistakes', () => {
  const refusal = async (modules: object, policy: Policy = {}) =>
    createSandbox(policy, { isolation: 'inline', modules: modules as Record<string, string> }).then(
      async (sandbox) => {
        await sandbox.close()
        return 'none'
      },
      (error: Error) => `${error.name}: ${error.message}`,
    )

  test('a module that is refused is told, with its file and place', async () => {
    expect(await refusal({ ok: 'x = 1', a: 'def f(:\n' })).toBe(
      'ModuleError: options.modules.a: a.py:1:6: PR010 `(` is never closed',
    )
    expect(await refusal({ a: 'x = 1\nimport math' })).toMatch(
      /^ModuleError: options.modules.a: a.py:2:8: PR301 the policy does not grant module `math`/,
    )
    expect(await refusal({ 'p.a': 'from .. import b' })).toBe(
      'ModuleError: options.modules.p.a: p/a.py:1:6: PR304 a relative import leads out of its package',
    )
    expect(await refusal({ p: 'await x', 'p.a': '' })).toBe(
      "ModuleError: options.modules.p: p/__init__.py:1:1: PR901 'await' outside function",
    )
    const failed = await createSandbox(
      {},
      { isolation: 'inline', modules: { a: 'x.__class__' } },
    ).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(ModuleError)
    expect((failed as ModuleError).module).toBe('a')
    expect((failed as ModuleError).diagnostics[0]!.span.start).toMatchObject({ line: 1, column: 3 })
  })

  test('names and values that are none', async () => {
    for (const [modules, message] of [
      [{ _a: '' }, 'ArgumentError: options.modules._a: a private name cannot be imported'],
      [{ 'a..b': '' }, 'ArgumentError: options.modules.a..b: "" is not a Python name'],
      [{ class: '' }, 'ArgumentError: options.modules.class: "class" is a keyword of Python'],
      [
        { a: 3 },
        'ArgumentError: options.modules.a: must be Python, or an object of functions and objects by name',
      ],
      [
        { a: { b: 3 } },
        'ArgumentError: options.modules.a.b: must be a function, awaitable(function), or capability(object, …)',
      ],
      [
        { a: { b() {} }, 'a.b': '' },
        'ArgumentError: options.modules.a.b: there is a module of the same name',
      ],
    ] as const)
      expect(await refusal(modules)).toBe(message)
  })
})

test('check knows the modules that it is told of', async () => {
  const modules = { helpers: ['f'], erp: ['lookup', 'doc'], any: ['*'] }
  const findings = async (source: string) =>
    (await check(source, { modules, names: [] })).diagnostics.map(
      ({ code, message }) => `${code} ${message}`,
    )
  expect(
    await findings('from erp import *\nfrom any import thing\nimport helpers\nlookup, helpers.f'),
  ).toEqual([])
  expect(await findings('from helpers import g\nfrom any import *\nimport erp.x')).toEqual([
    'PR302 module `helpers` shows no `g`',
    'PR303 no names are known that a star would import of `any`',
    'PR301 module `erp.x` is not available',
  ])
  await expect(check('1', { modules: { 'a-b': [] } })).rejects.toThrow(
    'modules.a-b: "a-b" is not a Python name',
  )
})

test('the program is a module among those that are there, as the host’s own are', async () => {
  const source = `import sys
def foo(): return 42
_private = 'mine'
this = sys.modules[__name__]
print(getattr(this, 'foo')(), this.foo is foo, hasattr(this, 'bar'), this._private)
this.bar = 'put'
print(bar, sys.modules['__main__'] is this, this)
for name in '__builtins__', '__import__', '_getattr_', '__loader__':
    try: print(getattr(this, name))
    except AttributeError as error: print(error)
import things
print(sys.modules['things'] is things, 'absent' in sys.modules)`
  const sandbox = await createSandbox(
    { modules: 'standard' },
    { spares: 0, modules: { things: 'x = 1' } },
  )
  const { stdout } = await sandbox.run(source, { filename: 'program.py' })
  await sandbox.close()
  expect(stdout).toBe(`42 True False mine
put True <module '__main__' from 'program.py'>
the attribute '__builtins__' may not be named here
the attribute '__import__' may not be named here
module '__main__' has no attribute '_getattr_'
the attribute '__loader__' may not be named here
True False
`)
})
