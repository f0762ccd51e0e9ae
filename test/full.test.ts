/**
 * `language: 'full'`: all of Python means what it means in CPython, what a policy grants and limits holds as ever, and whatever a
 * program does to its own interpreter reaches nothing of the host, of other runs and sessions, or of trusted modules.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  check,
  createChecker,
  createPool,
  createSandbox,
  describe as describePolicy,
  type EffectEvent,
  type Outcome,
  type Policy,
  type Sandbox,
} from '../src/index.js'
import { pyrestrictEach } from './support/cli.js'
import { sharedWorkers as workers } from './support/shared-workers.js'
import { resolvePolicy } from '../src/policy/policy.js'

const POLICY: Policy = { language: 'full', limits: { wallMs: 20_000 } }
const MEMORY_WRITE = readFileSync(new URL('support/memory-write.py', import.meta.url), 'utf8')
const CAPABILITIES = { lookup: (key: unknown) => `${String(key)}!` }
const SECRET = 'SECRET-OF-THE-VAULT-7f3a'
const VAULT = `
secret = ${JSON.stringify(SECRET)}
calls = 0
def count():
    global calls
    calls += 1
    return calls
`

const told = (outcome: Outcome): unknown =>
  outcome.status === 'returned'
    ? outcome.value
    : outcome.status === 'raised'
      ? `${outcome.exception.type}: ${outcome.exception.message}`
      : outcome.status === 'refused'
        ? outcome.diagnostics.map(({ code, message }) => `${code} ${message}`)
        : outcome.status === 'exhausted'
          ? outcome.limit
          : outcome.status

let sandbox: Sandbox<'process'>
let inline: Sandbox<'inline'>
const asked: unknown[] = []
const options = {
  workers: 1,
  spares: 0,
  trusted: { vault: { source: VAULT, expose: ['count'] } },
  capabilities: CAPABILITIES,
  onEffect: ({ kind, target, decision }: EffectEvent) => void asked.push([kind, target, decision]),
}
beforeAll(async () => {
  sandbox = await createSandbox(POLICY, options)
  inline = await createSandbox(POLICY, { isolation: 'inline', capabilities: CAPABILITIES })
})
afterAll(() => Promise.all([sandbox.close(), inline.close()]))

describe('the language is all of Python', () => {
  test.each([
    ['type(1).__class__.__mro__[-1].__name__', 'object'],
    ["eval('1 + 1') + len(compile('x', 'f', 'eval').co_names)", 3],
    ['ns = {}\nexec("def f(): return 7", ns)\nns["f"]()', 7],
    ["type('T', (), {'x': 5})().x", 5],
    ['class M(type):\n    def __call__(cls): return 8\nclass C(metaclass=M): pass\nC()', 8],
    ['x = 1\nsorted(k for k in globals() if len(k) == 1)', ['x']],
    ['class C:\n    _hidden = 3\ngetattr(C(), "_hi" + "dden")', 3],
    ['import sys\ndef f(): return sys._getframe().f_back.f_lineno\nf()', 3],
    ['import collections, types\ncollections.UserDict.spam = 4\ncollections.UserDict().spam', 4],
    [
      'import pickle\nclass P:\n    def __init__(self): self.x = 9\npickle.loads(pickle.dumps(P())).x',
      9,
    ],
    ['import inspect\ndef f(a):\n    return a\ninspect.getsource(f)', 'def f(a):\n    return a\n'],
    ['import inspect\nclass C:\n    x = 1\ninspect.getsource(C)', 'class C:\n    x = 1\n'],
    ['from math import *\nfloor(pi)', 3],
    ['__name__, __builtins__.len("ab")', ['__main__', 2]],
    ['import weakref\nclass C: pass\nc = C()\nweakref.ref(c)() is c', true],
    ['import xml.etree.ElementTree as e\ne.fromstring("<a><b/></a>")[0].tag', 'b'],
    [
      'import email.message, http.client, tomllib, sqlite3, logging\ntomllib.loads("a = 1")',
      { a: 1 },
    ],
    ["name = t'{1 + 1} x'\nname.interpolations[0].value", 2],
    [
      'try:\n    raise ExceptionGroup("g", [ValueError(1)])\nexcept* ValueError as g:\n    n = len(g.exceptions)\nn',
      1,
    ],
    [
      'import asyncio\nasync def f():\n    await asyncio.sleep(0.001)\n    return 6\nasyncio.run(f())',
      6,
    ],
    ['import asyncio\nawait asyncio.sleep(0.001)\n11', 11],
    [
      'import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return n and 1 + f(n - 1)\nf(50_000)',
      50_000,
    ],
    ['def f(): yield 1\ntype(f()).__name__', 'generator'],
    ['lookup("a")', 'a!'],
    ["'count of texts with ʼ_ in them: ʼ_x'", 'count of texts with ʼ_ in them: ʼ_x'],
    [
      'import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(1, 1)\nunittest.main(exit=False, argv=["x"]).result.testsRun',
      1,
    ],
    [
      'def f():\n    """\n    >>> f()\n    5\n    """\n    return 5\nimport doctest\ntuple(doctest.testmod())',
      [0, 1],
    ],
  ])('%s', async (source, value) => {
    expect(told(await inline.run(source))).toEqual(value)
  })

  test('where no files are mounted, there is none', async () => {
    const raised = async (source: string): Promise<unknown> => told(await inline.run(source))
    for (const outcome of await Promise.all(
      [sandbox, inline].map((each) => each.run("open('data/x.txt')")),
    ))
      expect(told(outcome)).toBe(
        "FileNotFoundError: [Errno 44] No such file or directory: 'data/x.txt'",
      )
    expect(await raised("open('x.txt', 'w')")).toBe(
      "OSError: [Errno 69] Read-only file system: 'x.txt'",
    )
    expect(
      await raised(
        "import os, pathlib\nos.listdir('.'), os.getcwd(), pathlib.Path('/x').exists(), os.path.isdir('/')",
      ),
    ).toEqual([[], '/', false, true])
  })

  test('its outputs are no terminals: nothing is coloured', async () => {
    expect(
      told(await sandbox.run('import os, sys\nos.isatty(1), os.isatty(2), sys.stdout.isatty()')),
    ).toEqual([false, false, false])
    const tested = await sandbox.run(
      'def f():\n    ">>> f()\\n5"\nimport doctest\ndoctest.testmod()\nNone',
    )
    expect(tested.stdout).toContain('***Test Failed*** 1 failure.\n')
    expect(tested.stdout).not.toContain('\u001b')
  })

  test('time.sleep names what it takes, as CPython does', async () => {
    expect(told(await inline.run('import time\ntime.sleep([])'))).toBe(
      "TypeError: 'list' object cannot be interpreted as an integer or float",
    )
  })

  test('what it has no thread, socket, process or JavaScript for raises what CPython raises without them', async () => {
    const raised = async (source: string): Promise<unknown> => told(await inline.run(source))
    expect(await raised('import threading\nthreading.Thread(target=print).start()')).toBe(
      "RuntimeError: can't start new thread",
    )
    expect(await raised('import socket\nsocket.socket()')).toBe(
      'OSError: [Errno 52] Function not implemented',
    )
    expect(await raised('import socket\nsocket.getaddrinfo("example.com", 80)')).toBe(
      'gaierror: [Errno -2] Name or service not known',
    )
    expect(
      await raised('import urllib.request\nurllib.request.urlopen("http://example.com")'),
    ).toBe('URLError: <urlopen error [Errno -2] Name or service not known>')
    expect(await raised('import subprocess\nsubprocess.run(["ls"])')).toMatch(
      /^OSError: .*processes/,
    )
    expect(await raised('import os\nos.system("ls")')).toBe(-1)
    expect(await raised('import os\nos.fork()')).toMatch(/^OSError: /)
    expect(await raised('import select\nselect.select([], [], [], 0.001)')).toEqual([[], [], []])
    expect(await raised('input()')).toMatch(/^EOFError: this program was given no input/)
    for (const name of ['js', 'pyodide', 'pyodide_js', '_pyodide_core', 'ctypes', '_ctypes'])
      expect(await raised(`import ${name}`)).toBe(`ModuleNotFoundError: No module named '${name}'`)
  })

  test("the guest's own tracebacks show the lines of the source, and the host's as ever", async () => {
    const own =
      'import traceback\ntry:\n    1 / 0\nexcept Exception:\n    text = traceback.format_exc()\ntext'
    expect(told(await inline.run(own, { filename: 'own.py' }))).toBe(
      'Traceback (most recent call last):\n  File "own.py", line 3, in <module>\n    1 / 0\n    ~~^~~\nZeroDivisionError: division by zero\n',
    )
    const outcome = await inline.run('def f():\n    é = 1; return é / 0\nf()')
    if (outcome.status !== 'raised') throw new Error(outcome.status)
    expect(outcome.exception.frames.map(({ name, span }) => [name, span.start])).toEqual([
      ['<module>', { line: 3, column: 1, offset: 33 }],
      ['f', { line: 2, column: 19, offset: 27 }],
    ])
  })

  test('a syntax error is told as CPython tells it, at its place, and nothing runs', async () => {
    const outcome = await inline.run('print("a")\nif x = 1: pass')
    if (outcome.status !== 'refused') throw new Error(outcome.status)
    expect(outcome.output).toBe('')
    expect(outcome.diagnostics).toEqual([
      {
        code: 'PR901',
        rule: 'syntax-of-python',
        message: "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
        span: {
          start: { line: 2, column: 4, offset: 14 },
          end: { line: 2, column: 9, offset: 19 },
        },
      },
    ])
  })

  test('sources that readers disagree about run as CPython reads them', async () => {
    expect(told(await inline.run('x = 1 # note\rx = 2\nx'))).toBe(2)
    expect(told(await inline.run("f'{chr(0x41)!r:>{5}}'"))).toBe("  'A'")
    expect(told(await inline.run("'\u202e'\nlen('\u202e')"))).toBe(1)
  })
})

describe('the rest of the library holds', () => {
  test('modes, inputs, results, programs', async () => {
    expect(told(await inline.run('math.sqrt(n)', { mode: 'eval', inputs: { n: 16 } }))).toBe(4)
    expect(told(await inline.run('  n + 1', { mode: 'eval', inputs: { n: 1 } }))).toBe(2)
    expect(told(await inline.run('return a * 2', { mode: 'function', inputs: { a: 4 } }))).toBe(8)
    expect(told(await inline.run('x = 3', { result: 'x' }))).toBe(3)
    expect(told(await inline.run('raise SystemExit(4)'))).toBe('exited')
    expect(told(await inline.run('object()'))).toMatchObject({ type: 'object' })
    const program = await inline.compile('n + 1')
    if (program.status !== 'compiled') throw new Error(program.status)
    expect(told(await program.run({ n: 1 }))).toBe(2)
    expect(told(await program.run({ n: 2 }))).toBe(3)
  })

  test('what a run is given to read, and modules of the host that are real modules', async () => {
    await using box = await createSandbox(POLICY, {
      ...workers('thread'),
      modules: {
        helpers: 'def f(x):\n    return x.__class__.__name__\n',
        'pkg.part': 'from . import other\nvalue = other.n + 1\n',
        'pkg.other': 'n = eval("41")\n',
        erp: { lookup: (key: unknown) => `${String(key)}?` },
      },
    })
    const source =
      'import sys, helpers, pkg.part, erp\nfrom pkg import *\n[input("> "), sys.stdin.read(), sys.argv[1:], helpers.f(1), pkg.part.value, erp.lookup("a"), type(helpers) is type(sys)]'
    expect(told(await box.run(source, { stdin: 'one\ntwo\n', argv: ['a', 'b'] }))).toEqual([
      'one',
      'two\n',
      ['a', 'b'],
      'int',
      42,
      'a?',
      true,
    ])
    expect(told(await box.run('pkg.part.value', { mode: 'eval' }))).toBe(42)
  })

  test('formulas, which may name any module', async () => {
    const formula = await inline.formula('math.floor(a) + b.__class__(1)', ['a', 'b'])
    if (formula.status !== 'compiled') throw new Error(formula.status)
    expect(formula.evaluate({ a: 2.5, b: 3 })).toBe(3)
    expect(told((await inline.formula('a + c', ['a'])) as Outcome)).toEqual([
      'PR209 nobody provides `c`',
    ])
  })

  test('sessions, forks and snapshots, with all that the program did to its interpreter', async () => {
    await using box = await createSandbox(POLICY, { isolation: 'thread', workers: 1, spares: 0 })
    const session = await box.session()
    expect(
      told(
        await session.run(
          'import json, builtins\nclass A: n = 1\nbuiltins.mine = A()\nimport tomllib',
        ),
      ),
    ).toBe(null)
    const fork = await session.fork()
    const snapshot = await session.snapshot()
    expect(told(await session.run('mine.n = 2; mine.n'))).toBe(2)
    expect(told(await fork.run('mine.n, tomllib.loads("x = 1")'))).toEqual([1, { x: 1 }])
    const again = await box.session({ from: snapshot })
    expect(told(await again.run('mine.n'))).toBe(1)
    await Promise.all([session.close(), fork.close(), again.close()])
    expect(told(await box.run('mine'))).toBe("NameError: name 'mine' is not defined")
  })

  test('trusted modules count, and are asked by what was exposed', async () => {
    expect(told(await sandbox.run('count(), count()'))).toEqual([1, 2])
    expect(told(await sandbox.run('count.__globals__'))).toMatch(/^AttributeError/)
  })

  test('requests, where the policy allows them, and nowhere else', async () => {
    const server = createServer((request, response) => response.end(`hello ${request.url}`))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await using box = await createSandbox(
      { ...POLICY, network: { allow: [at] } },
      workers('thread'),
    )
    const source = `import urllib.request, requests\n[urllib.request.urlopen("${at}/a").read().decode(), requests.get("${at}/b").text]`
    expect(told(await box.run(source))).toEqual(['hello /a', 'hello /b'])
    expect(told(await box.run('import requests\nrequests.get("http://127.0.0.1:1/")'))).toBe(
      'RequestRefused: the policy does not allow http://127.0.0.1:1',
    )
    expect(told(await sandbox.run(source))).toBe("ModuleNotFoundError: No module named 'requests'")
    server.close()
  })

  test('a pool that sandboxes of either language share', async () => {
    await using pool = createPool({ isolation: 'thread', workers: 1 })
    await using full = await createSandbox(POLICY, { pool })
    await using restricted = await createSandbox({ limits: { wallMs: 20_000 } }, { pool })
    const source = 'getattr(int, "".join(["__mro", "__"]), "none")'
    for (let turn = 0; turn < 2; turn++) {
      expect(told(await full.run('eval("1") + len(int.__mro__)'))).toBe(3)
      expect(told(await restricted.run(source))).toBe('none')
      expect(told(await restricted.run('1 + 1'))).toBe(2)
    }
  })

  test.each(['process', 'thread', 'inline'] as const)('isolation %s', async (isolation) => {
    await using box = await createSandbox(POLICY, workers(isolation))
    expect(told(await box.run('(1).__class__.__name__'))).toBe('int')
    expect(told(await box.run('while True: pass', { limits: { wallMs: 100 } }))).toBe('wallMs')
    expect(told(await box.run('(2).__class__.__name__'))).toBe('int')
  })
})

describe('on the command line', () => {
  test('--language full runs and checks all of Python, and takes the place of what the policy says', async () => {
    const source = 'import os\nprint(eval("6 * 7"), (1).__class__)'
    const [run, full, restricted, audit] = await pyrestrictEach([
      ['run', '--language', 'full', '-c', source],
      ['check', '--language', 'full', 'fixtures/cli/finding.py'],
      ['check', 'fixtures/cli/finding.py'],
      ['audit', '--language', 'full'],
    ])
    expect(run).toEqual({ status: 0, stdout: "42 <class 'int'>\n", stderr: '' })
    expect([full!.status, restricted!.status]).toEqual([0, 1])
    expect(audit!.stderr).toContain('the audit is of the restricted language')
  })
})

describe('what a policy may say', () => {
  test('modules and builtins are not narrowed: those who try are told', () => {
    expect(() => resolvePolicy({ language: 'full', modules: { math: '*' } })).toThrow(
      'policy.modules: cannot be narrowed where policy.language is "full"',
    )
    expect(() => resolvePolicy({ language: 'full', builtins: { deny: ['open'] } })).toThrow(
      'policy.builtins: cannot be narrowed where policy.language is "full"',
    )
    expect(() => resolvePolicy({ language: 'full', evaluate: false })).toThrow(
      'policy.evaluate: cannot be narrowed where policy.language is "full"',
    )
    expect(resolvePolicy({ language: 'full', evaluate: true })).toEqual(
      resolvePolicy({ language: 'full' }),
    )
    expect(() => resolvePolicy({ language: 'Full' as 'full' })).toThrow(
      'policy.language: must be "restricted" or "full", not "Full"',
    )
  })

  test("a preset's limits hold, its modules and builtins do not matter", () => {
    const { limits, builtins } = resolvePolicy({ preset: 'formula', language: 'full' })
    expect(limits.wallMs).toBe(250)
    expect(builtins).toEqual(resolvePolicy().builtins)
  })

  test('check says what CPython refuses to read, and nothing of the restricted language', async () => {
    const codes = async (source: string): Promise<readonly string[]> =>
      (await check(source, { policy: POLICY })).diagnostics.map(({ code }) => code)
    expect(
      await codes(
        'x.__class__.__mro__\neval("1")\nimport os, ctypes\nclass A(metaclass=M): pass\n',
      ),
    ).toEqual([])
    expect(
      await codes('exec("x")\ndel x.__dict__["a"]\nglobals().clear()\nfrom os import *\n'),
    ).toEqual([])
    expect(await codes('x = [')).toEqual(['PR010'])
    expect(await codes('return 1')).toEqual(['PR131'])
    expect(await codes('def f(a, a): pass')).toEqual(['PR134'])
    expect(await codes('print "a"')).toEqual(['PR110'])
  })

  test('a description tells of all of Python, and refuses nothing', () => {
    const { text } = describePolicy(POLICY)
    expect(text).toContain('All of Python is there, and its standard library')
    expect(text).not.toMatch(/refused|missing/i)
  })

  test('rewrite leaves full Python as it is', async () => {
    const source = 'class A:\n    _x = 1\nprint(A()._x.__class__)\n'
    expect((await createChecker(POLICY)).rewrite(source)).toMatchObject({ ok: true, code: source })
  })

  test.each([
    [
      'fuel',
      'while True:\n    try:\n        while True: pass\n    except BaseException: pass',
      { fuel: 1_000 },
    ],
    ['wallMs', 'while True:\n    try: sum(range(10**12))\n    finally: continue', { wallMs: 200 }],
    ['outputBytes', "import os\nwhile True: os.write(1, b'x' * 1000)", { outputBytes: 10_000 }],
    ['resultBytes', "'x' * 100_000", { resultBytes: 1_000 }],
  ] as const)('limit %s holds', async (limit, source, limits) => {
    expect(told(await sandbox.run(source, { limits }))).toBe(limit)
  })

  test('memory is bounded, and who asks for more is told', async () => {
    const source =
      'held = []\ntry:\n    while True: held.append(bytes(1 << 20))\nexcept MemoryError:\n    n = len(held)\nn < 80'
    expect(told(await sandbox.run(source, { limits: { memoryMb: 100 } }))).toBe(true)
  })
})

/** What a pristine run says of its interpreter, everything that a run before it could have left, and of the trusted module. */
const PRISTINE = `
import builtins, gc, hashlib, marshal, sys
everything = sorted(f'{type(x).__name__}' for x in gc.get_objects())
told = [sorted(vars(builtins)), sorted(sys.modules), len(everything), sorted(set(everything))[:50], sys.gettrace(),
        sys.getrecursionlimit(), sys.stdout.write is sys.__stdout__.write, repr(len), marshal.dumps([1]), sorted(globals()), 'HELD' in globals()]
[hashlib.sha256(repr(told).encode()).hexdigest(), count()]`

describe('hostile programs reach nothing, and the next run is pristine', () => {
  /** In a thread of this very process, where no jail stands between a program and the tests; a new one is also started sooner. */
  let exposed: Sandbox<'thread'>
  let before: unknown
  beforeAll(async () => {
    exposed = await createSandbox(POLICY, { ...options, isolation: 'thread' })
    before = told(await exposed.run(PRISTINE))
    expect(before).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), 1])
  })
  afterAll(() => exposed.close())

  test.each<[what: string, source: string, wallMs?: number]>([
    [
      'builtins replaced',
      'import builtins\nfor name in ("len", "print", "isinstance", "type", "str", "repr", "id"):\n    setattr(builtins, name, lambda *a, **k: 0)',
    ],
    [
      'modules replaced',
      'import sys\nsys.modules.clear()\nsys.meta_path.clear()\nsys.stdout = sys.stderr = None',
    ],
    [
      'our own functions overwritten',
      'import gc\nfor x in gc.get_objects():\n    c = getattr(x, "__code__", None)\n    if c is not None and "/pyrestrict" in c.co_filename:\n        try: x.__code__ = (lambda *a, **k: b"forged").__code__\n        except Exception: pass',
    ],
    [
      'an encoder that answers bytes of its own',
      'import marshal\nmarshal.dumps = lambda *a, **k: b"{\\xff\\xff\\xff\\x7f"',
    ],
    ['an answer that is huge', 'import marshal\nmarshal.dumps = lambda *a, **k: bytes(200 << 20)'],
    [
      'an answer that holds code',
      'import marshal\nreal = marshal.dumps\nmarshal.dumps = lambda *a, **k: real({"status": "returned", "value": (lambda: 0).__code__})',
    ],
    [
      'an answer of a kind that there is not',
      'import marshal\nreal = marshal.dumps\nmarshal.dumps = lambda *a, **k: real({"status": "waiting", "asked": [[1, "call", "secret", b""]], "cancelled": [], "timeout": None}, 2)',
    ],
    [
      'questions of its own making',
      'import fcntl, os, struct\nfor n in range(300):\n    b = os.urandom(n)\n    try: fcntl.ioctl(1000, 2, bytearray(struct.pack("<I", len(b)) + b))\n    except OSError: pass',
    ],
    [
      'a question with a length beyond its memory',
      'import fcntl\nfcntl.ioctl(1000, 2, bytearray(b"\\xff\\xff\\xff\\xff" + bytes(3000)))',
    ],
    [
      'a capability that was not granted',
      'import gc\nH = next(x for x in gc.get_objects() if isinstance(x, type) and x.__name__ == "HostFunction")\ntry: H("process.exit", False)(1)\nexcept Exception as e: print(type(e).__name__)',
    ],
    ['os._exit', 'import os\nos._exit(0)'],
    ['os.abort', 'import os\nos.abort()'],
    ['os.kill', 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\nos.kill(1, 9)'],
    ['faulthandler', 'import faulthandler\nfaulthandler._sigsegv()'],
    ['a stack overflow', 'import faulthandler\nfaulthandler._stack_overflow()'],
    [
      'a trace function that never lets go',
      'import sys\ndef t(*a):\n    return t\nsys.settrace(t)\nsys.setprofile(t)\ndef f():\n    f()\nf()',
    ],
    [
      'a collector that runs forged finalizers',
      'import gc\nclass D:\n    def __del__(self):\n        D()\n        gc.collect()\nfor _ in range(1000): D()',
      150,
    ],
    [
      'referrers of everything',
      'import gc\nfor x in gc.get_objects()[:200]:\n    for r in gc.get_referrers(x):\n        if isinstance(r, dict): r.clear(); break',
    ],
    [
      'code objects of its own',
      'def f(): pass\nf.__code__ = f.__code__.replace(co_code=bytes(range(256)), co_consts=())\nf()',
    ],
    [
      'a private C module',
      'import _imp, importlib.machinery as m\ns = m.ModuleSpec("_pyodide_core", m.BuiltinImporter)\n_imp.create_builtin(s)',
    ],
    [
      'all of the memory overwritten',
      `${MEMORY_WRITE}\nimport os\nfor a in range(4096, 30 << 20, 4096):\n    memory[a:a + 4096] = os.urandom(4096)`,
    ],
    [
      'the poll switched off',
      `${MEMORY_WRITE}\nimport re\nfor word in re.finditer(b'[\\x01\\x31\\x32]\\0\\0\\0', bytes(memory[8 << 10:5 << 20])):\n    if word.start() % 4 == 0: poke((8 << 10) + word.start(), 0)\nwhile True: pass`,
      200,
    ],
    [
      'everything called',
      'import _posixsubprocess, _signal, _thread, _socket, fcntl, gc, posix, sys\nfor m in (_signal, _thread, _socket, fcntl, posix):\n    for n, f in sorted(vars(m).items()):\n        if callable(f) and n not in ("_exit", "abort", "pause"):\n            for a in (), (0,), (b"/",), (1, 2), (0, 0, 0):\n                try: f(*a)\n                except BaseException: pass',
    ],
  ])(
    '%s',
    async (_, source, wallMs = 3_000) => {
      asked.length = 0
      const outcome = await exposed.run(`HELD = 'a secret of this run'\n${source}`, {
        limits: { wallMs },
      })
      // However it ended, it was told as one of the ways in which runs end.
      expect(['returned', 'raised', 'exited', 'exhausted', 'crashed', 'refused']).toContain(
        outcome.status,
      )
      expect(
        JSON.stringify(outcome, (_key, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        ),
      ).not.toContain(SECRET)
      // Nothing was asked of the host that was answered, but what is granted.
      expect(asked.filter((effect) => (effect as unknown[])[2] === 'allowed')).toEqual([])
      expect(told(await exposed.run(PRISTINE))).toEqual(before)
    },
    60_000,
  )

  test('all of its memory holds no secret of a trusted module, of the host or of another session', async () => {
    const other = await sandbox.session()
    await other.run("HELD = 'SECRET-OF-' + 'ANOTHER-SESSION-99'")
    process.env['PYRESTRICT_TEST'] = 'SECRET-OF-THE-HOST-3b1d'
    const source = `${MEMORY_WRITE}
count()
def found(text):
    # Written backwards: the text itself is in this memory.
    return memory[4096:end].count(text[::-1].encode())
import gc
own = ' '.join(['a text of', 'the guest itself'])
end = max(id(own), id(bytes(1 << 20)) + (1 << 20), *map(id, gc.get_objects())) + 100
found('flesti tseug eht fo txet a'), found(${JSON.stringify([...SECRET].reverse().join(''))}), found('99-NOISSES-REHTONA'), found('d1b3-TSOH-EHT-FO')`
    const outcome = await sandbox.run(source)
    expect(told(outcome)).toEqual([expect.any(Number), 0, 0, 0])
    expect((told(outcome) as number[])[0]).toBeGreaterThan(0)
    delete process.env['PYRESTRICT_TEST']
    await other.close()
  })
})
