/** The end of a program, in both languages: as CPython ends one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSandbox, type Outcome, type Sandbox } from '../src/index.js'

/** Programs, and what each has printed when it is over. */
const PRINTED: Readonly<Record<string, readonly [program: string, printed: string]>> = {
  'finalizers run in the order in which things were made, with all globals there': [
    `
class Account:
    count = 0
    def __init__(self, name):
        self.name = name
        Account.count += 1
    def __del__(self):
        Account.count -= 1
        print('bye', self.name, Account.count)
first, second, rest = Account('a'), Account('b'), [Account('c')]
print('end')
`,
    'end\nbye a 2\nbye b 1\nbye c 0\n',
  ],
  'one that has run does not run again': [
    `
kept = []
class A:
    def __del__(self):
        print('once')
        kept.append(self)
A()
`,
    'once\n',
  ],
  'what they raise is told, and ends nothing': [
    `
class A:
    def __del__(self):
        print('x' + 1)
class B:
    def __del__(self):
        print('b')
a, b = A(), B()
`,
    `Exception ignored while calling deallocator <function A.__del__ at 0x…>:
Traceback (most recent call last):
  File "<guest>", line 4, in __del__
TypeError: can only concatenate str (not "int") to str
b
`,
  ],
  'what was registered is called, the newest first': [
    `
import atexit
@atexit.register
def last():
    print('last')
atexit.register(print, 'first', sep='-')
atexit.register(last)
atexit.unregister(last)
print('end')
`,
    'end\nfirst\n',
  ],
  'what is to be called when a thing goes': [
    `
import weakref
class A: pass
a, b = A(), A()
weakref.finalize(a, print, 'a')
weakref.finalize(b, print, 'b')
quiet = weakref.finalize(b, print, 'never')
quiet.atexit = False
del a
print('end')
`,
    'a\nend\nb\n',
  ],
  'generators that wait are closed, and what one raises is told': [
    `
def held(name):
    try:
        yield name
    finally:
        print('closed', name)
        if name == 'b': raise ValueError(name) from None
def plain():
    yield 1
    print('never')
first, second, third, kept = held('a'), held('b'), plain(), [held('c'), held('not begun')]
next(first), next(second), next(third), next(kept[0])
exec("def inner():\\n    try: yield\\n    finally: print('text')\\nlast = inner()\\nnext(last)")
print('end')
`,
    `end
closed a
closed b
Exception ignored while calling deallocator <built-in method close of generator object at 0x…>:
Traceback (most recent call last):
  File "<guest>", line 7, in held
ValueError: b
text
closed c
`,
  ],
  'and one that another ends meanwhile keeps nothing from its end': [
    `
def inner():
    try:
        yield
    finally:
        try: waiting.close()
        except ValueError as error: print('inner', error)
def outer():
    try:
        yield from inner()
    finally:
        print('outer')
class Last:
    def __del__(self): print('last')
waiting = outer()
next(waiting)
last = Last()
`,
    `outer
inner generator already executing
last
`,
  ],
  'after an exit': [
    `
import sys
class A:
    def __del__(self): print('bye')
a = A()
sys.exit(3)
`,
    'bye\n',
  ],
  'after an exception': [
    `
class A:
    def __del__(self): print('bye')
a = A()
1 / 0
`,
    'bye\n',
  ],
  'files of the program are closed, none before those that write into it; what one raises is told':
    [
      `
import io
class Told(io.BytesIO):
    def __init__(self, name):
        super().__init__()
        self.name = name
    def write(self, data):
        print('into', self.name, bytes(data))
        return super().write(data)
    def close(self):
        print('close', self.name)
        super().close()
        if self.name == 'c': raise ValueError(self.name)
a = Told('a')
text = io.TextIOWrapper(io.BufferedWriter(a))
text.write('x')
c = Told('c')
detached = io.TextIOWrapper(io.BytesIO())
detached.detach()
over = [Told('d')]
over.append(io.BufferedWriter(over[0]))
over[1].write(b'y')
print('end')
`,
      `end
into a b'x'
close a
close c
Exception ignored while finalizing file <__main__.Told object at 0x…>:
Traceback (most recent call last):
  File "<guest>", line 13, in close
ValueError: c
into d b'y'
close d
`,
    ],
  'files beside one that raises for whatever it is asked': [
    `
import io, sys
class Bad(io.StringIO):
    closed = property(lambda self: exit(3))
    def close(self): raise SystemExit(4)
    def __repr__(self): raise KeyError('r')
class Worse(io.StringIO):
    def close(self): raise ValueError('c')
    def __repr__(self): exit(5)
class Good(io.StringIO):
    def close(self):
        print('closed')
        super().close()
files = [Bad(), Worse(), Good()]
print('end')
`,
    `end
Exception ignored while finalizing file <__main__.Worse object at 0x…>:
Traceback (most recent call last):
  File "<guest>", line 8, in close
ValueError: c
closed
`,
  ],
  'records that a handler of logs keeps are told': [
    `
import logging, logging.handlers, sys
logging.getLogger().addHandler(logging.handlers.MemoryHandler(9, target=logging.StreamHandler(sys.stdout)))
logging.warning('kept')
print('end')
`,
    'end\nkept\n',
  ],
  'after waiting': [
    `
import asyncio
class A:
    def __del__(self): print('bye')
a = A()
await asyncio.sleep(0.001)
print('end')
`,
    'end\nbye\n',
  ],
}

/** Without addresses, and without the source lines that full Python shows in tracebacks of its own. */
const plainly = (text: string): string =>
  text.replace(/\b0x[0-9a-f]+/g, '0x…').replace(/^ {4}.*\n(?: +[~^]+\n)?/gm, '')

const FILES = {
  filesystem: { '/': { memory: 100_000 } },
  artifacts: { from: '/' },
} as const

describe.each([
  ['restricted', { modules: 'standard', evaluate: true }],
  ['full', { language: 'full' }],
] as const)('%s', (_, language) => {
  let sandbox: Sandbox
  const policy = { ...language, ...FILES, limits: { wallMs: 20_000 } } as const
  beforeAll(async () => {
    sandbox = await createSandbox(policy, { isolation: 'thread', workers: 1, spares: 0 })
  })
  afterAll(() => sandbox.close())

  test.each(Object.entries(PRINTED))('%s', async (_name, [program, printed]) => {
    expect(plainly((await sandbox.run(program)).output!)).toBe(printed)
  })

  const filesOf = (outcome: Outcome): Record<string, string> =>
    'files' in outcome && outcome.files
      ? Object.fromEntries(
          Object.entries(outcome.files).map(([name, data]) => [name, Buffer.from(data).toString()]),
        )
      : {}

  test('files that were left open are written out, however it ended', async () => {
    const program =
      "f = open('/text', 'w')\nf.write('text')\ng = open('/bytes', 'wb')\ng.write(b'12')\n"
    for (const end of [
      '',
      'raise SystemExit(2)',
      '1 / 0',
      'import asyncio\nawait asyncio.sleep(0)',
    ])
      expect(filesOf(await sandbox.run(program + end)), end).toEqual({
        '/text': 'text',
        '/bytes': '12',
      })
  })

  /** What an archive that was left open holds, as a program reads it that is given its bytes. */
  test.each([
    ['gzip', "f = gzip.open('/a', 'wb'); f.write(b'x' * 9)", "gzip.decompress(data) == b'x' * 9"],
    [
      'text in gzip',
      "f = gzip.open('/a', 'wt'); f.write('x' * 9)",
      "gzip.decompress(data) == b'x' * 9",
    ],
    [
      'gzip over a file that is named before it',
      "raw = open('/a', 'wb'); f = gzip.GzipFile('n', 'wb', fileobj=raw); f.write(b'x')",
      "gzip.decompress(data) == b'x'",
    ],
    [
      'zip',
      "f = zipfile.ZipFile('/a', 'w'); f.writestr('n', 'x')",
      "zipfile.ZipFile(io.BytesIO(data)).read('n') == b'x'",
    ],
    ...['w', 'w:gz', 'w:bz2', 'w:xz', 'w|gz'].map((mode) => [
      `tar ${mode}`,
      `f = tarfile.open('/a', '${mode}'); t = tarfile.TarInfo('n'); t.size = 1; f.addfile(t, io.BytesIO(b'x'))`,
      "tarfile.open(fileobj=io.BytesIO(data)).extractfile('n').read() == b'x'",
    ]),
    [
      'a file that goes by itself',
      "f = tempfile.NamedTemporaryFile('w', dir='/', prefix='b'); f.write('x'); open('/a', 'w')",
      "data == b''",
    ],
  ])('left open: %s', async (_name, program, check) => {
    const imports = 'import gzip, io, tarfile, tempfile, zipfile\n'
    const outcome = await sandbox.run(imports + program)
    const files = 'files' in outcome ? outcome.files! : {}
    expect([outcome.status, outcome.output, Object.keys(files)]).toEqual(['returned', '', ['/a']])
    const read = await sandbox.run(imports + check, { inputs: { data: files['/a'] } })
    expect(read).toMatchObject({ status: 'returned', value: true })
  })

  test('a file that cannot be written out is told, once', async () => {
    const outcome = await sandbox.run(
      "f = open('/a', 'w')\nf.write('x' * 5000)\ng = open('/b', 'w')\ng.write('x' * 99_000)\n'end'",
    )
    expect(outcome).toMatchObject({
      status: 'returned',
      value: 'end',
      stderr:
        "Exception ignored while finalizing file <_io.TextIOWrapper name='/b' mode='w' encoding='UTF-8'>:\nOSError: [Errno 51] No space left on device\n",
    })
  })

  test('an end without end is ended by the limits', async () => {
    const outcome = await sandbox.run(
      'class A:\n    def __del__(self):\n        while True: pass\na = A()\n1',
      { limits: { wallMs: 300 } },
    )
    expect(outcome).toMatchObject({ status: 'exhausted', limit: 'wallMs' })
    expect(await sandbox.run('1 + 1')).toMatchObject({ status: 'returned', value: 2 })
  })

  test('what raises when it is written out, past all that catches, ends nothing else', async () => {
    const program = `
import atexit, io
over = []
atexit.register(over.append, 1)
class Below(io.BytesIO):
    def write(self, data):
        if over: raise SystemExit(9)
        return super().write(data)
    def flush(self):
        if over: raise SystemExit(9)
f = io.TextIOWrapper(Below())
f.write('x')
'end'`
    expect(await sandbox.run(program)).toMatchObject({ status: 'returned', value: 'end' })
    expect(await sandbox.run('1 + 1')).toMatchObject({ status: 'returned', value: 2 })
  })

  test.each(['f()', 'import asyncio\nf(), asyncio.run(f())'])(
    'what is not awaited as the last value is told with its line: %s',
    async (last) => {
      const { stderr } = await sandbox.run(`async def f(): pass\n${last}`)
      const line = last.split('\n').length + 1
      expect(stderr).toMatch(
        new RegExp(`^<guest>:${line}: RuntimeWarning: coroutine 'f' was never awaited`),
      )
    },
  )

  test('a session has none', async () => {
    const session = await sandbox.session()
    const outcome = await session.run(
      "class A:\n    def __del__(self): print('bye')\na = A()\nf = open('/kept', 'w')\nf.write('x')",
    )
    expect([outcome.output, filesOf(outcome)]).toEqual(['', { '/kept': '' }])
    expect((await session.run('del a')).output).toBe('bye\n')
    await session.close()
  })
})
