/** Code, frames and the globals of functions, as a program may hold them: what they tell, and that they lead nowhere else. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSandbox, type Sandbox } from '../src/index.js'
import { returned } from './support/outcomes.js'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await createSandbox({ preset: 'agent' }, { isolation: 'thread' })
}, 60_000)

afterAll(() => sandbox.close())

const SETUP = `
import argparse, asyncio, functools, inspect, sys, types
def f(x, y, /, *args, power=1, **kwargs):
    """About."""
    z = x._z * y, 'text', (2, 4)
    def inner(): return z
    return inner
def gen(): yield sys._getframe()
class C:
    def m(self): return sys._getframe(1)
    def __eq__(self, other): return True
compiled = compile('a = 1', 'file', 'exec')
def here(depth=0): return sys._getframe(depth)
def raised(ask, *args):
    try: ask(*args)
    except Exception as error: return f'{type(error).__name__}: {error}'
def of_library():
    told = []
    def kind(text):
        told.append(sys._getframe(1)); return text
    parser = argparse.ArgumentParser(); parser.add_argument('x', type=kind); parser.parse_args(['a'])
    return told[0]
`

describe('told', () => {
  test.each([
    [
      'c = f.__code__\n(c.co_name, c.co_argcount, c.co_posonlyargcount, c.co_kwonlyargcount, c.co_varnames, c.co_nlocals, c.co_freevars, c.co_cellvars)',
      ['f', 2, 2, 1, ['x', 'y', 'power', 'args', 'kwargs', 'inner'], 6, [], ['z']],
    ],
    ['c = f.__code__\nc.co_firstlineno, c.co_filename, c.co_names', [3, 'program.py', ['_z']]],
    [
      "c = f.__code__\nc.co_consts[0], 'text' in c.co_consts, (2, 4) in c.co_consts, [k.co_name for k in c.co_consts if inspect.iscode(k)]",
      ['About.', true, true, ['inner']],
    ],
    ['bool(f.__code__.co_flags & 0x4), bool(gen.__code__.co_flags & 0x20)', [true, true]],
    [
      'f.__code__ == f.__code__, f.__code__ == gen.__code__, hash(f.__code__) == hash(f.__code__), type(f.__code__) is type(compiled)',
      [true, false, true, true],
    ],
    ['repr(f.__code__)', "<code object f, file 'program.py', line 3>"],
    ['compiled.co_names, compiled.co_filename, compiled.co_name', [['a'], 'file', '<module>']],
    ['f.__globals__ is globals(), globals() is globals()', [true, true]],
    ["f.__globals__['made'] = 5\nmade", 5],
    ["exec('def g(): pass', space := {})\nspace['g'].__globals__ is space", true],
    [
      'frame = here()\nframe.f_code.co_name, frame.f_locals, frame.f_globals is globals()',
      ['here', { depth: 0 }, true],
    ],
    [
      'here(1).f_code.co_name, here(1).f_back, here(1).f_locals is globals()',
      ['<module>', null, true],
    ],
    ['def outer(): return inspect.currentframe().f_back.f_lineno\nouter()', 24],
    ["functools.reduce(lambda a, b: sys._getframe(1).f_code.co_name, 'ab')", '<module>'],
    ['of_library().f_code.co_name', 'of_library'],
    ['raised(here, 3)', 'ValueError: call stack is not deep enough'],
    [
      'inspect.isframe(here()), inspect.iscode(here()), type(here()).__name__',
      [true, false, 'frame'],
    ],
  ])('%s', async (source, expected) => {
    const value = returned(await sandbox.run(SETUP + source, { filename: 'program.py' }))
    expect(
      value instanceof Map
        ? Object.fromEntries(value)
        : JSON.parse(
            JSON.stringify(value, (_, held: unknown) =>
              held instanceof Map ? Object.fromEntries(held) : held,
            ),
          ),
    ).toEqual(expected)
  })
})

describe('nothing leads on', () => {
  test.each([
    // Code is not evaluated, taken apart, made or changed.
    ['exec(f.__code__)', 'TypeError: code of a function is not evaluated here: call the function'],
    ['eval(f.__code__.co_consts[-1])', 'TypeError'],
    [
      'exec(here().f_code)',
      'TypeError: code of a function is not evaluated here: call the function',
    ],
    ["getattr(f.__code__, 'co_' + 'code')", 'AttributeError'],
    ["getattr(f.__code__, 're' + 'place')()", 'AttributeError'],
    ['f.__code__._code', 'AttributeError'],
    ['here()._frame', 'AttributeError'],
    ['type(f.__code__)()', "TypeError: cannot create 'code' instances here"],
    ['type(here())()', "TypeError: cannot create 'frame' instances here"],
    ["setattr(f, '__co' + 'de__', gen.__code__)", 'AttributeError'],
    ["setattr(f.__code__, 'co_' + 'name', 'x')", 'AttributeError'],
    ['here().f_code = 1', 'AttributeError'],
    // What the library is written with is not the program's, nor what it calls.
    ['argparse.ArgumentParser.parse_args.__globals__', 'AttributeError'],
    ['argparse.ArgumentParser.parse_args.__code__', 'AttributeError'],
    ['functools.wraps.__globals__', 'AttributeError'],
    ['print.__code__', 'AttributeError'],
    ['asyncio.sleep.__code__', 'AttributeError'],
    ["getattr(here(), 'f_' + 'builtins')", 'AttributeError'],
    ["getattr(here(), 'f_' + 'generator')", 'AttributeError'],
    ["getattr(next(gen()), 'f_' + 'trace')", 'AttributeError'],
    // Views bind what a statement could.
    ["f.__globals__['_getattr_'] = len", 'KeyError'],
    ["here().f_globals['__builtins__'] = {}", 'KeyError'],
    ["here(1).f_globals['\\u02bcG'] = {}", 'KeyError'],
    // Whose module a class says it is of, the library evaluates names in.
    ['global __name__\n    exec(\'__name__ = "os"\')', 'ValueError: __name__ is a text here'],
    ["exec('__name__ = 5')", 'ValueError: __name__ is a text here'],
    ['exec(\'__name__ += "x"; __name__ = "sys"\')', 'ValueError: __name__ is a text here'],
    ["globals()['__name__'] = 'os'", 'KeyError'],
  ])('%s', async (source, expected) => {
    const text = source.replace(/^global __name__\n {4}/, '')
    const outcome = await sandbox.run(`${SETUP}def attack():\n    ${text}\nraised(attack)`)
    expect(returned(outcome)).toMatch(new RegExp(`^${expected.replaceAll(/[()]/g, '\\$&')}`))
  })

  test('no frame is of anybody else, however the program is called', async () => {
    const source = `${SETUP}
found = []
def look(*args):
    frame = sys._getframe()
    while frame is not None:
        found.append((frame.f_code.co_filename, frame.f_globals is globals()))
        frame = frame.f_back
    return 0
sorted([2, 1], key=look)
async def main(): await asyncio.sleep(0); look()
asyncio.run(main())
class D:
    def __del__(self): look()
D()
exec('look()')
sorted({name for name, _ in found}), all(own for _, own in found)`
    const outcome = await sandbox.run(source, { filename: 'program.py' })
    expect(returned(outcome)).toEqual([['<string>', 'program.py'], true])
  })
})

test('a module takes another name, and its classes say so', async () => {
  const source = `__name__ = 'other'
class C: pass
def f(): pass
a = __name__ = 'more'
__name__ += 'over'
C.__module__, f.__module__, a, __name__`
  expect(returned(await sandbox.run(source))).toEqual(['other', 'other', 'more', 'moreover'])
})
