/** What facets serve: every program does as a guest what it does in CPython. */
import { beforeAll, describe, expect, test } from 'vitest'
import {
  FILE_MODULES,
  MODULES,
  STANDARD_MODULES,
  WRAPPED,
} from '../src/trusted/language/modules.js'
import { loadCPython } from './support/cpython.js'
import { FacetGuest, programs, type Ended } from './support/facet-guest.js'

let guest: FacetGuest
let plain: (source: string) => Ended

beforeAll(async () => {
  guest = await FacetGuest.load()
  plain = (await loadCPython('engine', 'plainly')).function('plainly.plain')
})

describe('a program means in a guest what it means in CPython', () => {
  test.each(programs())('%s', (_name, source) => {
    const expected = plain(source)
    expect(expected[0]).toBe('returned')
    expect(guest.run(source)).toEqual(expected)
  })
})

test('tests that await run in a loop of their own, and `main` runs those of the program', () => {
  const source = `import asyncio, io, unittest
quiet = unittest.TextTestRunner(stream=io.StringIO())
class Later(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self): self.y = 2; self.addAsyncCleanup(self.clean)
    async def clean(self): print('cleaned')
    async def test_awaits(self):
        await asyncio.sleep(0)
        self.assertEqual(self.y, 2)
class Now(unittest.TestCase):
    def test_fails(self): self.assertTrue(False)
ended = unittest.main(argv=['program'], exit=False, testRunner=quiet)
print(ended.result.testsRun, len(ended.result.failures))
try: unittest.main(argv=['program', 'Now.test_fails', '-q'], testRunner=quiet)
except SystemExit as end: print(end.code)`
  expect(guest.run(source)).toEqual(['returned', 'None', 'cleaned\n2 1\nTrue\n'])
})

test('a module shows a granted module that it has imported, and no other', () => {
  const policy = { modules: { json: ['loads'], codecs: ['encode'], uuid: ['uuid4'] } }
  expect(guest.run("import json\nprint(json.codecs.encode('a', 'rot13'))", { policy })).toEqual([
    'returned',
    'None',
    'n\n',
  ])
  for (const name of ['json.scanner', 'uuid.sys'])
    expect(guest.run(`import json, uuid\n${name}`, { policy })).toMatchObject([
      'raised',
      expect.stringContaining('AttributeError'),
      '',
    ])
})

test('a runner runs one coroutine after another in its loop, or in one that a program makes', () => {
  const source = `import asyncio, contextvars
var = contextvars.ContextVar('var', default='unset')
async def told(x):
    await asyncio.sleep(0)
    return x, asyncio.get_running_loop().is_running(), var.get()
with asyncio.Runner() as runner: print(runner.run(told(1)), runner.run(told(2)))
context = contextvars.copy_context(); context.run(var.set, 'set')
with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner: print(runner.run(told(3), context=context))
for make in (lambda: 3), list:
    try: asyncio.Runner(loop_factory=make).run(told(4))
    except TypeError as e: print(e)
try: asyncio.Runner().run(3)
except TypeError as e: print(e)`
  expect(guest.run(source)).toEqual([
    'returned',
    'None',
    "(1, True, 'unset') (2, True, 'unset')\n(3, True, 'set')\na loop was expected, got 'int'\na loop was expected, got 'list'\nAn asyncio.Future, a coroutine or an awaitable is required\n",
  ])
})

test('a listener of log records handles what waits when it is stopped: there is one thread', () => {
  const source = `import logging, queue
from logging.handlers import QueueHandler, QueueListener
class Kept(logging.Handler):
    def emit(self, record): print(record.getMessage())
waiting = queue.Queue()
log = logging.getLogger('told'); log.propagate = False; log.addHandler(QueueHandler(waiting))
with QueueListener(waiting, Kept()):
    log.warning('through a queue'); print('after')
print(waiting.empty())`
  expect(guest.run(source)).toEqual(['returned', 'None', 'after\nthrough a queue\nTrue\n'])
})

test('a loop that a program holds has tasks, timers and the time', () => {
  const source = `import asyncio
async def main():
    loop = asyncio.get_running_loop()
    future, seen = loop.create_future(), []
    loop.call_soon(seen.append, 'soon')
    loop.call_later(0.01, future.set_result, loop.time() > 0)
    handle = loop.call_later(0.001, seen.append, 'never'); handle.cancel()
    print(await future, seen, loop.is_running(), await loop.run_in_executor(None, pow, 2, 3))
    return await loop.create_task(asyncio.sleep(0, 'slept')), asyncio.get_event_loop() is loop
print(asyncio.run(main()))
try: asyncio.get_event_loop()
except RuntimeError as error: print(error)
loop = asyncio.new_event_loop(); asyncio.set_event_loop(loop)
print(loop.run_until_complete(main()), asyncio.get_event_loop() is loop, isinstance(loop, asyncio.AbstractEventLoop))
loop.close(); print(loop.is_closed())
for use in (lambda: loop.create_task(3), lambda: asyncio.set_event_loop(3), lambda: asyncio.new_event_loop().call_soon(3)):
    try: use()
    except TypeError as error: print(error)`
  expect(guest.run(source)).toEqual([
    'returned',
    'None',
    `True ['soon'] True 8
('slept', True)
There is no current event loop in thread 'MainThread'.
True ['soon'] True 8
('slept', True) True True
True
a coroutine was expected, got 3
loop must be an event loop or None, got 'int'
a callable object was expected, got 3
`,
  ])
})

test('there is one thread: each runs when it is started, and nothing waits for another', () => {
  const source = `import threading, time
out = []
lock = threading.Lock()
def work(n):
    with lock: out.append((n, threading.current_thread().name))
ts = [threading.Thread(target=work, args=(i,), name=f't{i}') for i in range(3)]
for t in ts: t.start()
for t in ts: t.join()
print(out, threading.active_count(), threading.main_thread().name, ts[0].is_alive())
class T(threading.Thread):
    def __init__(self, n): super().__init__(daemon=True); self.n = n
    def run(self): self.result = self.n * 2
t = T(4); t.start(); t.join(); print(t.result, t.daemon)
l = threading.local(); l.x = 1; print(l.x)
e = threading.Event(); e.set(); print(e.wait(), e.is_set())
s = threading.Semaphore(2)
with s: print(s.acquire(blocking=False), s.acquire(blocking=False))
t = threading.Thread(target=print); t.name = 'x'; print(t.name)
r = threading.RLock()
with r:
    with r: print('rlock', lock.locked())
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
with ThreadPoolExecutor(max_workers=4) as ex:
    fs = [ex.submit(pow, i, 2) for i in range(4)]
    print(sorted(f.result() for f in as_completed(fs)), list(ex.map(len, ['a', 'bb'])), len(wait(fs).done))
    bad = ex.submit(lambda: 1 / 0)
    try: bad.result()
    except ZeroDivisionError as e: print('raised', e, bad.done())`
  expect(guest.run(source)).toEqual([
    'returned',
    'None',
    [
      "[(0, 't0'), (1, 't1'), (2, 't2')] 1 MainThread False",
      '8 True',
      '1',
      'True True',
      'True False',
      'x',
      'rlock False',
      '[0, 1, 4, 9] [1, 2] 4',
      'raised division by zero True\n',
    ].join('\n'),
  ])
  for (const waits of [
    'import queue\nqueue.Queue().get()',
    'import queue\nq = queue.Queue(1)\nq.put(1)\nq.put(2)',
    'import threading\nthreading.Event().wait()',
    'import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()',
  ])
    expect(guest.run(waits)[1]).toMatch(/^RuntimeError: deadlock: .*there is one thread$/)
})

describe('every name of the table is there', () => {
  const modules: Readonly<Record<string, readonly string[]>> = { ...MODULES, ...FILE_MODULES }

  test.each([...STANDARD_MODULES, ...Object.keys(FILE_MODULES)])('%s', (module) => {
    const names = modules[module]!
    const below = Object.keys(modules)
      .filter((name) => name.startsWith(`${module}.`))
      .map((name) => name.slice(module.length + 1))
    const source = `from ${module} import ${names.join(', ')}\nimport ${module} as whole\nresult = [n for n in dir(whole)]`
    const [status, result] = module === '__future__' ? ['returned', undefined] : guest.run(source)
    expect(status).toBe('returned')
    if (result !== undefined)
      expect(JSON.parse(result.replaceAll("'", '"'))).toEqual([...names, ...below].sort())
  })

  test('and nothing else: a name of the real module that is not listed cannot be imported', () => {
    expect(guest.run('from json import detect_encoding')).toEqual([
      'raised',
      "ImportError: cannot import name 'detect_encoding' from 'json': it is not among the names granted here",
      '',
    ])
  })

  test('wrapped modules are modules of the table', () => {
    expect(
      WRAPPED.filter((module) => !Object.hasOwn({ ...MODULES, ...FILE_MODULES }, module)),
    ).toEqual([])
  })
})

describe('imports under a policy', () => {
  const policy = { modules: { math: ['pi'], 'collections.abc': ['Mapping'], json: '*' } }

  test.each([
    ['import math\nresult = math.pi > 3', 'True'],
    ['from math import pi\nresult = pi > 3', 'True'],
    ['import math as m\nresult = repr(m)', `"<module 'math' (built-in)>"`],
    ['import math\nresult = math.__name__', "'math'"],
    ['import collections.abc\nresult = collections.abc.Mapping.__name__', "'Mapping'"],
    [
      'import collections.abc as c\nresult = hasattr(c, "Mapping"), hasattr(c, "Sequence")',
      '(True, False)',
    ],
    ['from collections import abc\nresult = abc.Mapping.__name__', "'Mapping'"],
    ['import json\nresult = json.dumps([1])', "'[1]'"],
  ])('%s', (source, result) => {
    expect(guest.run(source, { policy })).toEqual(['returned', result, ''])
  })

  test.each([
    [
      'import os',
      'ModuleNotFoundError: No module named \'os\' here; "modules": {"os": "*"} in the policy grants it',
    ],
    [
      'import json.decoder',
      'ModuleNotFoundError: No module named \'json.decoder\' here; "modules": {"json.decoder": "*"} in the policy grants it',
    ],
    [
      'from math import sqrt',
      "ImportError: cannot import name 'sqrt' from 'math': it is not among the names granted here",
    ],
    ['import math\nmath.sqrt', "AttributeError: module 'math' has no attribute 'sqrt'"],
    [
      'import collections.abc\ncollections.Counter',
      "AttributeError: module 'collections' has no attribute 'Counter'",
    ],
  ])('%s is refused', (source, message) => {
    expect(guest.run(source, { policy })).toEqual(['raised', message, ''])
  })

  test('without modules the refusal says so', () => {
    expect(guest.run('import math', { policy: {} })[1]).toBe(
      'ModuleNotFoundError: No module named \'math\' here; "modules": {"math": "*"} in the policy grants it',
    )
  })

  test('a policy cannot grant what was not reviewed', () => {
    const grant = (modules: object): unknown =>
      guest.evaluate(
        `
from pyrestrict.builtins import make_run
try: outcome = make_run({'modules': modules}) and 'granted'
except ValueError as error: outcome = str(error)
outcome`,
        { modules },
      )
    expect(grant({ os: ['fork'] })).toBe("'os' has no reviewed names ['fork']")
    expect(grant({ json: ['codecs'] })).toBe("'json' has no reviewed names ['codecs']")
  })

  test('without files `open` says so, also that of `io`', () => {
    const refusal = [
      'raised',
      "PermissionError: [Errno 13] the policy grants no files: 'x.txt'",
      '',
    ]
    for (const source of ['open("x.txt")', 'import io\nio.open("x.txt")'])
      expect(guest.run(source, { policy: { modules: 'standard' } })).toEqual(refusal)
  })

  test('what the interpreter imports on behalf of a guest works without being granted', () => {
    const source =
      'from datetime import datetime\nresult = datetime.strptime("2024-05-06", "%Y-%m-%d").day'
    expect(guest.run(source, { policy: { modules: { datetime: ['datetime'] } } })).toEqual([
      'returned',
      '6',
      '',
    ])
  })
})

describe('a run keeps to itself', () => {
  test.each([
    [
      'modules',
      'import math\ntry: math.extra = 1\nexcept AttributeError: pass',
      'import math\nresult = hasattr(math, "extra")',
      'False',
    ],
    [
      'lists of modules',
      'import keyword, sys\nkeyword.kwlist.append(1); sys.argv.append(2)',
      'import keyword, sys\nresult = len(keyword.kwlist), len(sys.argv)',
      '(35, 1)',
    ],
    [
      'calendars',
      'import calendar\ncalendar.setfirstweekday(6)',
      'import calendar\nresult = calendar.firstweekday()',
      '0',
    ],
    [
      'decimal contexts',
      'import decimal\ndecimal.getcontext().prec = 3',
      'import decimal\nresult = decimal.getcontext().prec',
      '28',
    ],
    [
      'warning filters',
      'import warnings\nwarnings.simplefilter("error")',
      'import warnings\nwarnings.warn("x")\nresult = 1',
      '1',
    ],
    [
      'redirections',
      'import contextlib, io\ncontextlib.redirect_stdout(io.StringIO()).__class__ if False else 0',
      'print("seen")\nresult = 1',
      '1',
    ],
  ])('%s', (_what, first, second, result) => {
    guest.run(first)
    expect(guest.run(second)[1]).toBe(result)
  })
})

const WARNING = `
import warnings

def f():
    warnings.warn('careful', stacklevel=2)
f()
f()
`.trim()
const TRACEBACK = `
import traceback

def f():
    1 / 0
try:
    f()
except ZeroDivisionError as e:
    try:
        raise ValueError('bad') from e
    except ValueError:
        traceback.print_exc()
`.trim()
const TASK = `
import asyncio
async def bad(): raise ValueError('lost')
async def main():
    asyncio.create_task(bad())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
asyncio.run(main())
`

describe('where a guest differs from CPython, it says how', () => {
  test.each<[string, string, Ended]>([
    [
      'zones',
      'import zoneinfo, datetime\nz = zoneinfo.ZoneInfo("UTC")\nresult = [z.key, datetime.datetime(2024, 1, 1, tzinfo=z).isoformat(), isinstance(z, zoneinfo.ZoneInfo), type(z) is zoneinfo.ZoneInfo, zoneinfo.available_timezones() >= {"UTC"}]',
      ['returned', "['UTC', '2024-01-01T00:00:00+00:00', True, True, True]", ''],
    ],
    [
      'a warning',
      WARNING,
      [
        'returned',
        'None',
        '<program>:5: UserWarning: careful\n<program>:6: UserWarning: careful\n',
      ],
    ],
    [
      'a traceback',
      TRACEBACK,
      [
        'returned',
        'None',
        [
          'Traceback (most recent call last):',
          '  File "<program>", line 6, in <module>',
          '  File "<program>", line 4, in f',
          'ZeroDivisionError: division by zero',
          '',
          'The above exception was the direct cause of the following exception:',
          '',
          'Traceback (most recent call last):',
          '  File "<program>", line 9, in <module>',
          'ValueError: bad',
          '',
        ].join('\n'),
      ],
    ],
    [
      'input',
      'input("? ")',
      [
        'raised',
        'EOFError: this program was given no input: the host gives it with the option `stdin`',
        '? ',
      ],
    ],
    [
      'annotations that are text, of which dataclasses know what they mean',
      'from __future__ import annotations\nimport dataclasses, typing as t\nfrom dataclasses import KW_ONLY, InitVar, dataclass\nfrom typing import ClassVar, get_type_hints\n' +
        '@dataclass\nclass A:\n    a: ClassVar[int] = 0\n    b: t.ClassVar[int] = 0\n    c: int\n    d: InitVar[int]\n    e: dataclasses.InitVar[int]\n    _: KW_ONLY\n    f: B = 1\n    class B: pass\n' +
        '    def __post_init__(self, d, e): print(d, e)\nprint(A(1, 2, 3, f=4), [each.type for each in dataclasses.fields(A)], get_type_hints(A)["f"])',
      ['returned', 'None', "2 3\nA(c=1, f=4) ['int', 'B'] <class '__main__.A.B'>\n"],
    ],
    [
      'a deadlock',
      'import asyncio\nasync def main(): await asyncio.Event().wait()\nasyncio.run(main())',
      ['raised', 'RuntimeError: deadlock: every task waits for another', ''],
    ],
    [
      'a type that is text, and more than names and items',
      'import typing\ndef f(x: "print(1)"): pass\ntyping.get_type_hints(f)',
      [
        'raised',
        "TypeError: the annotation 'print(1)' is text, and of texts no more is read here than names, attributes, items and unions: write it without quotes",
        '',
      ],
    ],
    [
      'a signature of the library',
      'import inspect, json\ninspect.signature(json.dumps)',
      ['raised', "ValueError: no signature found for 'dumps': the program did not make it", ''],
    ],
    [
      'reading a private attribute that is not there',
      'class C: pass\nC()._x',
      ['raised', "AttributeError: 'C' object has no attribute '_x'", ''],
    ],
    [
      'dir',
      'class C:\n  def __init__(self): self._x = 1; self.y = 2\nresult = [name for name in dir(C()) if name[:2] != "__"]',
      ['returned', "['_x', 'y']", ''],
    ],
    [
      'dir of names',
      'dir(1, 2)',
      ['raised', 'TypeError: dir expected at most 1 argument, got 2', ''],
    ],
  ])('%s', (_what, source, expected) => {
    expect(guest.run(source)).toEqual(expected)
  })

  test('a task nobody awaited is told of on stderr, with the frames of the guest alone', () => {
    const [status, , output] = guest.run(TASK)
    expect(status).toBe('returned')
    expect(output).toMatch(
      /^Task exception was never retrieved\nTraceback \(most recent call last\):\n {2}File "<program>", line \d+, in bad\nValueError: lost\n$/,
    )
  })
})
