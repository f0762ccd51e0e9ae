/** `evaluate: true`: what `eval`, `exec` and `compile` of text do, what their host is told of it, and what they never lead to. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  awaitable,
  check,
  createPool,
  createSandbox,
  describe as describePolicy,
  LATER,
  type EffectEvent,
  type Sandbox,
} from '../src/index.js'
import { decodeRecording, encodeRecording } from '../src/sandbox/repeat.js'
import type { Exchange } from '../src/trusted/broker/ledger.js'
import { raised, returned, waiting } from './support/outcomes.js'
import { sharedWorkers as workers } from './support/shared-workers.js'

const POLICY = { modules: 'standard', evaluate: true } as const
let events: EffectEvent[] = []
let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await createSandbox(POLICY, {
    ...workers('thread'),
    modules: { helpers: 'def calc(text):\n    return eval(text)\nrate = 3\n' },
    onEffect: (event) => events.push(event),
  })
}, 60_000)
afterAll(() => sandbox.close())

const value = async (source: string): Promise<unknown> => returned(await sandbox.run(source))
const error = async (source: string): Promise<string> => raised(await sandbox.run(source))

describe('text means what it means in CPython', () => {
  test.each<[string, unknown]>([
    ["eval('1 + 2')", 3],
    ["eval('  1')", 1],
    ["eval(b'1'), eval(bytearray(b'2')), eval(b'\\xef\\xbb\\xbf3')", [1, 2, 3]],
    ["x = 5\nexec('y = x * 2')\ny", 10],
    ["eval('(y := 5)'), y", [5, 5]],
    ["exec('1 + 1')", null],
    ["exec('def f(n):\\n    return n if n < 2 else f(n - 1) + f(n - 2)')\nf(10)", 55],
    ["eval('lambda a: a + k')(1)\n", 'NameError'],
    [
      "k = 2\neval('[k * i for i in range(3)]'), list(eval('(k * i for i in range(3))'))",
      [
        [0, 2, 4],
        [0, 2, 4],
      ],
    ],
    ["list(map(eval, ['1', '2'])), max(['1', '2'], key=eval)", [[1, 2], '2']],
    ["eval('eval(\"eval(\\'7\\')\")')", 7],
    [
      "exec('from math import *\\nimport collections.abc')\npi > 3, collections.abc.__name__",
      [true, 'collections.abc'],
    ],
    ["exec('from __future__ import annotations\\nx: int = 1')\nx", 1],
    ["import helpers\nhelpers.calc('rate + 1'), helpers.calc('calc(\"rate\")')", [4, 3]],
    ["exec('import helpers as h')\nh.rate", 3],
  ])('%s', async (source, wanted) => {
    if (wanted === 'NameError') expect(await error(source)).toContain('NameError')
    else expect(await value(source)).toEqual(wanted)
  })

  test('in a function it has a snapshot of the locals (PEP 667)', async () => {
    expect(
      await value(`
def f(a):
    b = 3
    exec('b = 99; c = 4')
    def inner():
        return eval('a') + a
    return eval('a + b'), b, sorted(locals()), inner()
f(1)`),
    ).toEqual([4, 3, ['a', 'b', 'inner'], 2])
    expect(
      await value(`
def gen():
    for i in range(3):
        yield eval('i * k')
k = 2
g = gen()
first = next(g)
k = 5
[first, *g]`),
    ).toEqual([0, 5, 10])
  })

  test('in a class body it reads and binds members, private ones too', async () => {
    expect(
      await value(`
class A:
    a = 1
    _p = 2
    exec('b = a + _p; _q = 9; __r = 4')
    c = eval('b + _q')
    def m(self): return self._q
A.b, A.c, A().m()`),
    ).toEqual([3, 12, 9])
  })

  test('over a dict, functions see it as it is when they run, and write to it', async () => {
    expect(
      await value(`
d = {'start': 1}
exec('''
n = start
def inc(by=1):
    global n
    n += by
    return n
class C:
    k = n
    def get(self): return n
def late():
    class D:
        k = n
    return D.k
''', d)
d['inc'](); d['inc'](2)
told = [d['n']]
d['n'] = 10
told += [d['inc'](), d['n'], d['C'].k, d['C']().get(), d['late']()]
del d['n']
try: d['inc']()
except NameError as e: told.append(str(e))
told, sorted(k for k in d if k[:1] != '_')`),
    ).toEqual([
      [4, 11, 11, 1, 11, 11, "name 'n' is not defined"],
      ['C', 'inc', 'late', 'start'],
    ])
  })

  test('what is declared global is written at once, however it is bound', async () => {
    const text = `
def f(v):
    global g, m, C, w, n, e, q, r, a, fs, T
    def g(): return n
    import math as m
    class C: pass
    (w := 3)
    for n in (7, 8): pass
    with open_ as fs: pass
    a, *r = v
    match v:
        case [q, *_]: pass
    type T = int
    try: raise KeyError(q)
    except KeyError as e: return e.args
def d():
    global n
    del n`
    const program = (space: string) => `
import contextlib
ns = ${space}
ns['open_'] = contextlib.nullcontext(6)
exec('''${text}''', ns)
told = [list(ns['f']([1, 2])), ns['g'](), round(ns['m'].pi), ns['C'].__name__, ns['w'], ns['n'], ns['fs'], ns['q'], ns['r'], ns['a'], str(ns['T'])]
ns['d']()
told + ['n' in ns]`
    const wanted = [[1], 8, 3, 'C', 3, 8, 6, 1, [2], 1, 'T', false]
    expect(await value(program('{}'))).toEqual(wanted)
    expect(await value(program('globals()'))).toEqual(wanted)
  })

  test('the dicts and mappings that it is given', async () => {
    expect(
      await value(`
from collections import ChainMap, defaultdict
class M:
    def __getitem__(self, k): return k * 2
g, l = {}, {}
exec('g2 = globals(); l2 = locals()', g, l)
h = {}
exec('global z\\nz = 1\\ng2 = globals(); l2 = locals()', h, k := {})
[eval('a + b', {}, M()), eval('a + b', {}, ChainMap({'a': 1}, {'b': 2})), eval('a + 1', {}, defaultdict(int)),
 l['l2'] is l, l['g2'] is g, h['z'], k['g2'] is h, sorted(g), eval('x', globals(), {'x': 4}), eval('x', None, {'x': 5}),
 eval(source := 'x', locals={'x': 6}), eval('x', globals={'x': 7})]`),
    ).toEqual(['aabb', 3, 1, true, true, 1, true, ['__builtins__'], 4, 5, 6, 7])
  })

  test('builtins of a dict take names away', async () => {
    expect(
      await value(`
ns, told = {'__builtins__': {}}, []
for text in 'len([])', 'import math', 'class C: pass':
    try: exec(text, ns)
    except Exception as e: told.append(f'{type(e).__name__}: {e}')
ns = {}
exec('a = 1', ns)
del ns['__builtins__']
told + [ns, eval('len(x)', {'__builtins__': {'len': len}, 'x': [1]})]`),
    ).toEqual([
      "NameError: name 'len' is not defined",
      'ImportError: __import__ not found',
      'NameError: __build_class__ not found',
      { a: 1 },
      1,
    ])
  })

  test('__name__, and what dataclasses, enumerations and generics make of a dict', async () => {
    expect(
      await value(`
from dataclasses import dataclass
told = []
for ns in {}, {'__name__': '__main__'}:
    exec('n = __name__', ns)
    told.append(ns['n'])
d = {'dataclass': dataclass}
exec('''
from enum import Enum
from typing import NamedTuple, Generic, TypeVar
BASE = 3
T = TypeVar('T')
@dataclass
class P:
    x: int = BASE
    z: LATE = 1
class E(Enum):
    A = BASE
    B = A + 1
class N(NamedTuple):
    a: int = BASE
class G(Generic[T]): pass
class Q[U]:
    def f[V](self, v: V) -> V: return (v, BASE)
LATE = int
''', d)
[*told, repr(d['P']()), repr(d['E'].B), repr(d['N']()), d['Q']().f(1)]`),
    ).toEqual(['builtins', '__main__', 'P(x=3, z=1)', '<E.B: 4>', 'N(a=3)', [1, 3]])
  })

  test('code is compiled once, run often, and opaque', async () => {
    expect(
      await value(`
c = compile('a * b', 'my.py', 'eval')
x = compile('r = 1', '', 'exec')
[eval(c, {'a': 2, 'b': 3}), eval(c, {'a': 2}, {'b': 4}), exec(c, {'a': 1, 'b': 1}), eval(x), r, type(c).__name__, repr(c)]`),
    ).toEqual([6, 8, null, null, 1, 'code', "<code object <module>, file 'my.py', line 1>"])
    expect(await sandbox.run("compile('1', '', 'eval')")).toMatchObject({
      status: 'returned',
      value: { type: 'code' },
    })
    expect((await check('c.co_code', { policy: POLICY })).ok).toBe(false)
  })

  test.each([
    ['eval(1)', 'TypeError: eval() arg 1 must be a string, bytes or code object'],
    ['exec(None)', 'TypeError: exec() arg 1 must be a string, bytes or code object'],
    ["eval('1', 1)", 'TypeError: eval() globals must be a dict, not int'],
    ["exec('1', {}, 1)", 'TypeError: exec() locals must be a mapping, not int'],
    ["eval('1', [])", 'TypeError: globals must be a real dict; try eval(code, {}, mapping)'],
    [
      "eval('\\ud800')",
      "UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed",
    ],
    ["eval('1\\0')", 'SyntaxError: source code string cannot contain null bytes'],
    [
      "eval(b'\\xff')",
      "SyntaxError: (unicode error) 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ],
    [
      "exec(b'# coding: latin-1\\nx = 1')",
      'SyntaxError: encoding problem: latin-1: bytes are UTF-8 here',
    ],
    ["exec('await x')", "SyntaxError: 'await' outside function (<string>, line 1)"],
    ["exec('return 1')", "SyntaxError: 'return' outside function (<string>, line 1)"],
    ["eval('x = 1')", 'SyntaxError: invalid syntax (<string>, line 1)'],
    [
      "exec('nonlocal x')",
      'SyntaxError: nonlocal declaration not allowed at module level (<string>, line 1)',
    ],
    ["compile('1', '', 'x')", "ValueError: compile() mode must be 'exec', 'eval' or 'single'"],
    [
      "compile('1\\n2', 'a', 'single')",
      'SyntaxError: multiple statements found while compiling a single statement (a, line 2)',
    ],
    ["compile('1', '', 'eval', 1)", 'ValueError: compile() takes no flags here'],
    ["compile('1', 1, 'eval')", 'TypeError: expected str, bytes or os.PathLike object, not int'],
    ["compile(1, '', 'eval')", 'TypeError: compile() arg 1 must be a string, bytes or AST object'],
    ["def f(n):\n    return eval('f(n - 1) + 1') if n else 0\nf(10_000)", 'RecursionError'],
  ])('%s', async (source, wanted) => {
    expect(await error(source)).toContain(wanted)
  })
})

describe('interactive text shows the values of its expressions', () => {
  test.each<[string, string]>([
    ["exec(compile('1 + 1', '', 'single'))", '2\n'],
    ["exec(compile('\"a\"; None; print(3)', '', 'single'))", "'a'\n3\n"],
    ["eval(compile('for i in range(2): i', '', 'single'))", '0\n1\n'],
    [
      "d = {}\nexec(compile('def f():\\n    5\\n', '', 'single'), d)\nexec(compile('f()', '', 'single'), d)\nexec(compile('try: 1\\nfinally: 2', '', 'single'), d)",
      '1\n2\n',
    ],
    ["class R:\n    def __repr__(self): return 'r'\nexec(compile('R()', '', 'single'))", 'r\n'],
    [
      "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as to: exec(compile('7', '', 'single'))\nprint([to.getvalue()])",
      "['7\\n']\n",
    ],
  ])('%s', async (source, wanted) => {
    const outcome = await sandbox.run(source)
    expect([outcome.status, outcome.stdout]).toEqual(['returned', wanted])
  })
})

describe('modules of the library that evaluate text', () => {
  const DOCTEST = `
def f(x):
    """
    >>> f(1)
    2
    >>> f(2)
    4
    >>> f('a')
    Traceback (most recent call last):
    TypeError: can only concatenate str (not "int") to str
    >>> for i in range(2): i
    0
    1
    >>> f(  # doctest: +ELLIPSIS
    ...   300)
    3...
    """
    return x + 1
class C:
    ">>> C()._p\\n3"
    _p = 3
    def __len__(self):
        """
        >>> len(C())
        4
        >>> x
        1
        """
        return 4
from textwrap import dedent
import doctest
`

  test('doctest tries examples, and reports as CPython does', async () => {
    const outcome = await sandbox.run(`${DOCTEST}result = doctest.testmod()\nprint(result)`, {
      filename: 'program.py',
    })
    const line = '*'.repeat(70)
    expect(outcome.stdout).toBe(`${line}
File "program.py", line 26, in __main__.C.__len__
Failed example:
    x
Exception raised:
    Traceback (most recent call last):
      File "<doctest __main__.C.__len__[1]>", line 1, in <module>
    NameError: name 'x' is not defined
${line}
File "program.py", line 6, in __main__.f
Failed example:
    f(2)
Expected:
    4
Got:
    3
${line}
2 items had failures:
   1 of   2 in __main__.C.__len__
   1 of   5 in __main__.f
***Test Failed*** 2 failures.
TestResults(failed=2, attempted=8)
`)
    expect(outcome.status).toBe('returned')
  })

  test('doctest.testmod(verbose=True) tells each, and -v asks for it', async () => {
    const source =
      'def f():\n    ">>> f()\\n1"\n    return 1\nimport doctest\ntuple(doctest.testmod('
    const wanted = `Trying:
    f()
Expecting:
    1
ok
1 item had no tests:
    __main__
1 item passed all tests:
   1 test in __main__.f
1 test in 2 items.
1 passed.
Test passed.
`
    const verbose = await sandbox.run(`${source}verbose=True))`)
    expect([returned(verbose), verbose.stdout]).toEqual([[0, 1], wanted])
    const asked = await sandbox.run(`${source}))`, { argv: ['-v'] })
    expect([returned(asked), asked.stdout]).toEqual([[0, 1], wanted])
  })

  test('doctest of one function, of own modules, of names given', async () => {
    expect(
      await value(
        `${DOCTEST}doctest.run_docstring_examples(f, {'f': lambda x: [2, 4].pop(x - 1)})`,
      ),
    ).toBe(null)
    expect(
      await value(
        'import doctest\nclass T:\n    ">>> y\\n5"\nt, = doctest.DocTestFinder().find(T, globs={"y": 5})\ntuple(doctest.DocTestRunner().run(t))',
      ),
    ).toEqual([0, 1])
  })

  test('examples ask their host, and are refused as any text', async () => {
    events = []
    const outcome = await sandbox.run(
      'def f():\n    ">>> f.__globals__\\n1"\nimport doctest\ndoctest.testmod().failed',
    )
    expect(returned(outcome)).toBe(1)
    expect(outcome.stdout).toContain('SyntaxError: attribute `__globals__` is not accessible')
    expect(events.map(({ kind, target, decision }) => [kind, target, decision])).toEqual([
      ['evaluate', 'single', 'denied'],
    ])
  })

  test('timeit evaluates statements over the globals that it is given', async () => {
    expect(
      await value(`
import timeit
seen = []
made = timeit.timeit('seen.append(n); sum(range(10_000))', 'n = 7', number=3, globals=globals())
again = timeit.repeat('pass', number=1, repeat=2)
timed = timeit.timeit(lambda: (seen.append(8), sum(range(10_000))), number=2)
seen, made > 0, len(again), timed > 0`),
    ).toEqual([[7, 7, 7, 8, 8], true, 2, true])
    expect(await error("import timeit\ntimeit.timeit('nowhere', number=1)")).toContain(
      "NameError: name 'nowhere' is not defined",
    )
  })

  test('without `evaluate: true` no example is tried and functions alone are timed', async () => {
    await using plain = await createSandbox({ modules: 'standard' }, workers('thread'))
    expect(returned(await plain.run(`${DOCTEST}tuple(doctest.testmod())`))).toEqual([0, 0])
    expect(returned(await plain.run('import timeit\ntimeit.timeit(list, number=9) >= 0'))).toBe(
      true,
    )
    expect(raised(await plain.run("import timeit\ntimeit.timeit('1')"))).toContain(
      'TypeError: stmt must be a function here: write `lambda: ...` instead of a text',
    )
  })
})

describe('refused text raises, with the diagnostic that check would have given', () => {
  test('message, place, hint', async () => {
    const text = 'y = 1\nz = "é", x.__globals__'
    const { diagnostics } = await check(text, { policy: POLICY })
    const { message, hint, span } = diagnostics[0]!
    expect(
      await value(`
try: exec(${JSON.stringify(text)})
except SyntaxError as e: told = [e.msg, e.filename, e.lineno, e.offset, e.text, e.end_lineno, e.end_offset, e.args[0], isinstance(e, SyntaxError)]
told`),
    ).toEqual([
      message,
      '<string>',
      2,
      span.start.column,
      text.split('\n')[1],
      2,
      span.end.column,
      message,
      true,
    ])
    const outcome = await sandbox.run(`exec(${JSON.stringify(text)})`)
    expect(outcome.status === 'raised' && outcome.exception.notes).toEqual([`hint: ${hint}`])
  })

  test('columns are those of CPython, and others are told as notes', async () => {
    expect(
      await value(
        `
try: exec('"😀"; a.__code__\\nb.__code__\\nc.__code__')
except SyntaxError as e: told = [e.offset, e.text]
told`,
      ),
    ).toEqual([8, '"😀"; a.__code__'])
    const outcome = await sandbox.run("exec('a.__code__\\nb.__code__\\nc.__closure__')")
    expect(outcome.status === 'raised' && outcome.exception.notes.slice(-2)).toEqual([
      'line 2: attribute `__code__` is not accessible',
      'line 3: attribute `__closure__` is not accessible',
    ])
  })

  test.each([
    ["exec('import ctypes')", 'module `ctypes`'],
    ["exec('def _write_(x): return x')", '`_write_`'],
    ["eval('\\u02bctype')", 'SyntaxError'],
    ['eval(\'__import__("os")\')', '`__import__`'],
    ["exec('class C(metaclass=M): pass')", 'SyntaxError'],
    ["exec('  x = 1\\n y = 2')", 'IndentationError'],
  ])('%s', async (source, wanted) => {
    expect(await error(source)).toContain(wanted)
  })

  test('an exception within text has its frames, as CPython tells them', async () => {
    const outcome = await sandbox.run("exec('def g():\\n    return 1 / 0\\ng()', {})")
    expect(outcome.status === 'raised' && outcome.exception.traceback).toBe(`\
Traceback (most recent call last):
  File "<guest>", line 1, in <module>
    exec('def g():\\n    return 1 / 0\\ng()', {})
    ~~~~^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "<string>", line 3, in <module>
  File "<string>", line 2, in g
ZeroDivisionError: division by zero
`)
    expect(
      await value(`
import traceback
try: exec(compile('\\n1 / 0', 'mine.py', 'exec'), {})
except ZeroDivisionError: told = traceback.format_exc()
told`),
    ).toContain('  File "mine.py", line 2, in <module>\n')
    expect(
      await value(`
import traceback
try: eval('lenn(x)', {'x': 1})
except NameError as e: told = traceback.format_exception_only(e)
told`),
    ).toEqual(["NameError: name 'lenn' is not defined. Did you mean: 'len'?\n"])
  })
})

describe('the host is told, and bounds it', () => {
  test('each text that is compiled is an event, with the line that asked; the same text is asked for once', async () => {
    events = []
    await value(
      "x = 1\nfor i in range(1000):\n    eval('x+1')\ntry:\n    exec('x.__code__')\nexcept SyntaxError: pass\ncompile('x', '', 'eval')",
    )
    expect(
      events.map(({ kind, target, rule, decision, at }) => [
        kind,
        target,
        rule,
        decision,
        at?.line,
      ]),
    ).toEqual([
      ['evaluate', 'eval', 'evaluate', 'allowed', 3],
      ['evaluate', 'exec', 'evaluate', 'denied', 5],
      ['evaluate', 'eval', 'evaluate', 'allowed', 7],
    ])
    expect(events.every(({ bytes, ms }) => bytes > 0 && ms >= 0)).toBe(true)
  })

  test('texts count among limits.effects', async () => {
    const outcome = await sandbox.run("for i in range(10): eval(f'{i}')\n", {
      limits: { effects: 5 },
    })
    expect(raised(outcome)).toBe('RuntimeError: this run may ask its host 5 times (limits.effects)')
  })

  test('all texts of a run together may take limits.compileMs', async () => {
    const small = await createSandbox(
      { ...POLICY, limits: { compileMs: 200, wallMs: 20_000 } },
      workers('thread'),
    )
    const source = `
i = 0
try:
    while True:
        eval('+'.join(['x[0]'] * 100) + f'+{i}', {'x': [1]})
        i += 1
except RuntimeError as e: told = str(e)
told, i < 5000`
    expect(returned(await small.run(source))).toEqual([
      'the texts of this run took more than 200 ms to compile (limits.compileMs)',
      true,
    ])
    // The next run has its own.
    expect(returned(await small.run("eval('1')"))).toBe(1)
    await small.close()
  }, 60_000)

  test('a text beyond the size of sources, or of questions, is refused', async () => {
    expect(await error("eval('1' + ' ' * 1_100_000)")).toContain('policy.limits.sourceBytes')
    expect(await error("eval('1' + ' ' * 5_000_000)")).toContain('limits.effectBytes')
  })

  test('check accepts what the policy grants, and says otherwise what would', async () => {
    const source = 'eval(a), exec(b), compile(c, d, e)'
    expect((await check(source, { policy: POLICY })).ok).toBe(true)
    expect((await check(source, { policy: { preset: 'agent' } })).ok).toBe(true)
    expect((await check(source, { policy: { preset: 'education' } })).ok).toBe(true)
    for (const preset of ['formula', 'template', 'script'] as const) {
      const { diagnostics } = await check(source, { policy: { preset } })
      expect(diagnostics.map(({ code }) => code)).toEqual(['PR208', 'PR208', 'PR208'])
      for (const { hint } of diagnostics) expect(hint).toContain('`evaluate: true`')
    }
    expect(describePolicy(POLICY).text).toContain('`eval`, `exec` and `compile` take text')
    expect(describePolicy({}).text).toMatch(/missing: eval, exec, compile/)
  })
})

describe.each(['process', 'thread', 'inline'] as const)('with isolation %s', (isolation) => {
  test('runs, formulas, sheets and sessions evaluate', async () => {
    const one = await createSandbox(POLICY, workers(isolation))
    expect(returned(await one.run("d = {'x': 2}\n[eval('x + 1', d), eval('x + 1', d)]"))).toEqual([
      3, 3,
    ])
    expect(raised(await one.run("eval('1 +')"))).toContain('SyntaxError')
    const formula = await one.formula('eval(text) + a', ['text', 'a'])
    if (formula.status !== 'compiled') throw new Error(JSON.stringify(formula))
    expect(await formula.evaluate({ text: 'a * 10', a: 2 })).toBe(22)
    const plain = await one.formula('a + 1', ['a'])
    if (plain.status !== 'compiled') throw new Error(JSON.stringify(plain))
    const rows = [
      { text: 'a', a: 1 },
      { text: 'a +', a: 2 },
      { text: '7', a: 3 },
    ]
    expect(await one.sheet([formula, plain], rows)).toMatchObject([
      [{ value: 2 }, { error: { type: 'SyntaxError' } }, { value: 10 }],
      [{ value: 2 }, { value: 3 }, { value: 4 }],
    ])
    const session = await one.session()
    await session.run("def f(t):\n    return eval(t)\nk = 3\nc = compile('k + 1', '', 'eval')")
    expect(returned(await session.run("f('k'), eval(c)"))).toEqual([3, 4])
    expect(raised(await session.run("f('1/0')"))).toContain('ZeroDivisionError')
    await one.close()
  }, 60_000)
})

describe('a run that is made again, and one that waits', () => {
  test('is replayed to the byte; what a recording says code is, is not believed', async () => {
    const source = "import random\n[eval(f'{random.randrange(9)} + 1'), eval('2 + 2')]"
    const outcome = await sandbox.run(source, { record: true })
    const { recording } = outcome
    events = []
    expect(returned(await sandbox.run(source, { replay: recording! }))).toEqual(returned(outcome))
    expect(events).toEqual([])
    // A program that was recorded with the code of another text in place of its own.
    const plain = "eval('2 + 2')"
    const [first] = decodeRecording((await sandbox.run(plain, { record: true })).recording)
    const [other] = decodeRecording(
      (await sandbox.run("eval('7 * 7')", { record: true })).recording,
    )
    const [[steps, question]] = first!.exchanges as [Exchange]
    const [[, , answer]] = other!.exchanges as [Exchange]
    const forged = encodeRecording([{ ...first!, exchanges: [[steps, question, answer]] }])
    expect(answer).not.toEqual(first!.exchanges[0]![2])
    expect(returned(await sandbox.run(plain, { replay: forged }))).toBe(4)
  })

  test('waits with what text has made, and goes on elsewhere', async () => {
    const options = {
      ...workers('thread'),
      capabilities: { ask: awaitable(() => LATER) },
      states: { key: new Uint8Array(32) },
    }
    const policy = { ...POLICY, capabilities: { ask: {} } }
    const first = await createSandbox(policy, options)
    const source = `
d = {}
exec('def f(x): return x + k', d)
c = compile('d["f"](answer)', '', 'eval')
answer = await ask('how much')
d['k'] = 10
[eval(c), eval('answer * 2')]`
    const { state, calls } = waiting(await first.run(source))
    await first.close()
    const second = await createSandbox(policy, options)
    const outcome = await second.resume(state, { answers: { [calls[0]!.id]: { value: 5 } } })
    expect(returned(outcome)).toEqual([15, 10])
    await second.close()
  })
})

describe('attacks', () => {
  test('100,000 texts end at a limit, and the host lives', async () => {
    const outcome = await sandbox.run("for i in range(100_000): eval(f'{i}')", {
      limits: { effects: 20 },
    })
    expect(raised(outcome)).toContain('limits.effects')
    expect(await value("eval('1')")).toBe(1)
  })

  test('no key of a dict or a mapping is ever asked for a name of the sandbox', async () => {
    expect(
      await value(`
asked = set()
class D(dict):
    def __getitem__(self, key):
        asked.add(key)
        return dict.__getitem__(self, key)
class M:
    def __init__(self): self.held = {}
    def __getitem__(self, key):
        asked.add(key)
        return self.held[key]
    def __setitem__(self, key, value): self.held[key] = value
TEXT = '''
import math
class A:
    def __init__(self): self._x = "{}".format(1)
    def f(self):
        self.y = super().__repr__
        try: 1 / 0
        except ZeroDivisionError as e: self.z = e
A()
def g():
    global n
    n = 1
g()
'''
exec(TEXT, D()); exec(TEXT, {}, M()); exec(TEXT, D(), M())
sorted(k for k in asked if k[:1] in ('_', chr(0x2bc)))`),
    ).toEqual([])
  })

  test('a dict whose guards are the program’s own decides nothing', async () => {
    expect(
      await value(`
import enum
evil = {name: (lambda *a: a[0]) for name in ('_getattr_', '_write_', '_metaclass_', 'super')}
evil |= {chr(0x2bc) + name: evil['_write_'] for name in ('type', 'G', 'T', 'tell', 'set', 'globals', 'run')}
told = []
for text in "E.planted = 1", "def f():\\n    E.planted = 1\\nf()", "'{0.__class__}'.format(1)", "from enum import _EnumDict":
    for spaces in ({**evil, 'E': enum.Enum},), ({'E': enum.Enum}, dict(evil)), ({**evil, 'E': enum.Enum}, evil):
        try: exec(text, *spaces); told.append('ran')
        except (AttributeError, SyntaxError, TypeError) as e: told.append(type(e).__name__)
told, hasattr(enum.Enum, 'planted')`),
    ).toEqual([
      [
        ...Array.from({ length: 6 }, () => 'AttributeError'),
        ...Array.from({ length: 6 }, () => 'SyntaxError'),
      ],
      false,
    ])
  })

  test('text is compiled under the policy of its own sandbox, in a pool too', async () => {
    const pool = await createPool({ isolation: 'thread', workers: 1 })
    const [wide, narrow] = await Promise.all([
      createSandbox({ modules: { math: '*' }, evaluate: true }, { pool }),
      createSandbox({ evaluate: true }, { pool }),
    ])
    const source = "exec('import math\\nx = math.floor(2.5)')\nx"
    expect(returned(await wide.run(source))).toBe(2)
    expect(raised(await narrow.run(source))).toContain('SyntaxError')
    expect(returned(await wide.run(source))).toBe(2)
    await Promise.all([wide.close(), narrow.close()])
    await pool.close()
  }, 60_000)

  test('without the key nothing of it is there', async () => {
    const none = await createSandbox({ modules: 'standard' }, workers('thread'))
    expect((await none.run("eval('1')")).status).toBe('refused')
    expect(
      returned(await none.run("[name in globals() for name in ('eval', 'exec', 'compile')]")),
    ).toEqual([false, false, false])
    await none.close()
  })
})
