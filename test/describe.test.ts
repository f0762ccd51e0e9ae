/** What is told of a guest's world is what a guest finds in it: stubs, the text for a model, and suggested policies. */
import { expect, test } from 'vitest'
import {
  awaitable,
  capability,
  check,
  createSandbox,
  describe as describeGuest,
  suggestPolicy,
  type Policy,
} from '../src/index.js'

const CAPABILITIES = {
  rate: (currency: string) => currency.length,
  search: awaitable(async (query: string, { signal }: { signal: AbortSignal }) => [query, signal]),
  strange: ({ a }: { a: number }) => a,
  doc: capability(
    { title: 'T', status: 'S', save: () => 1, find: async (text: string) => text },
    { methods: ['save'], awaitable: ['find'], read: ['title'], write: ['status'], items: 'read' },
  ),
}

test('stubs say what is granted, by the names and kinds that the guest finds', async () => {
  const { stubs, text } = describeGuest(
    { preset: 'agent' },
    {
      capabilities: CAPABILITIES,
      errors: { UserError: 'Exception' },
      modules: { erp: { lookup: () => 1 }, helpers: 'x = 1' },
      about: {
        search: { signature: '(query: str) -> list[str]', text: 'Finds pages.' },
        'doc.save': { signature: '() -> int' },
        'erp.lookup': { text: 'Looks up.' },
      },
    },
  )
  expect(stubs).toEqual({
    '': `from typing import Any

class UserError(Exception): ...
def rate(currency: Any, /) -> Any: ...
async def search(query: str) -> list[str]:
    "Finds pages."
    ...
def strange(*args: Any, **kwargs: Any) -> Any: ...
class _doc:
    title: Any  # read only
    status: Any  # write only
    def save(self) -> int: ...
    async def find(self, text: Any, /) -> Any: ...
    def __getitem__(self, key: Any, /) -> Any: ...
    def __contains__(self, key: Any, /) -> bool: ...
    def __len__(self) -> int: ...
doc: _doc
`,
    erp: `from typing import Any

def lookup() -> Any:
    "Looks up."
    ...
`,
  })
  expect(text).toContain('async def search(query: str) -> list[str]:\n    "Finds pages."')
  expect(text).toContain('`import erp` gives:')
  expect(text).toContain('These modules can be imported too: helpers.')
  // All of it is Python.
  for (const stub of Object.values(stubs))
    expect((await check(stub, { policy: { modules: 'standard' } })).diagnostics).toEqual([])
})

test('every module and builtin that the text names is there, and what it calls missing is not', async () => {
  for (const policy of [
    { preset: 'formula' },
    { preset: 'agent' },
    { modules: { math: ['sqrt'] }, builtins: { allow: ['print', 'len'] } },
    {},
  ] as Policy[]) {
    const { text } = describeGuest(policy)
    const modules = /can import: (.*?)\. They show/.exec(text)?.[1] ?? ''
    for (const name of modules
      .replace(/ \(only [^)]*\)/g, '')
      .split(', ')
      .filter(Boolean))
      expect((await check(`import ${name}`, { policy })).ok).toBe(true)
    const missing = /builtins are missing: (.*?)\./.exec(text)?.[1] ?? ''
    for (const name of missing.split(', ').filter(Boolean))
      expect((await check(name, { policy })).ok).toBe(false)
  }
  expect(describeGuest({}).text).toContain('No module of the standard library can be imported.')
  expect(describeGuest({ modules: { math: ['sqrt'] } }).text).toContain('math (only sqrt)')
  expect(describeGuest({}).text).toContain('There is no network.')
  expect(describeGuest({ network: { allow: ['https://a.example.com'] } }).text).toContain(
    'Requests may go to https://a.example.com, by urllib.request, and nowhere else.',
  )
  expect(describeGuest({ filesystem: { '/data': { memory: 10_000 } } }).text).toContain(
    'Files are there below /data (in memory).',
  )
})

test('what is no description is the host’s mistake', () => {
  expect(() => describeGuest({}, { about: { nope: {} } })).toThrow(
    'options.about.nope: nothing of this name is granted',
  )
  expect(() => describeGuest({}, { capabilties: {} } as object)).toThrow(
    'did you mean "capabilities"?',
  )
  expect(() => describeGuest({ modules: { os2: '*' } })).toThrow('os2')
})

const PROGRAM = `import math, json as j
from collections import Counter
import datetime
import random
def shown(thing):
    return [str(thing), math.sqrt(4), j.dumps({})]
r = random
shown((datetime.date(2026, 1, 1), Counter('aab'), len(dir(r)) > 5))
`

test('a suggested policy is enough for its program, and nothing of it can be left out', async () => {
  const { policy, refused } = await suggestPolicy([PROGRAM])
  expect(refused).toEqual([{ diagnostics: [], omitted: 0 }])
  expect(policy).toEqual({
    modules: {
      collections: ['Counter'],
      datetime: ['date'],
      json: ['dumps'],
      math: ['sqrt'],
      random: '*',
    },
    builtins: { allow: ['dir', 'len', 'str'] },
  })
  await using sandbox = await createSandbox(policy, { isolation: 'inline' })
  expect(await sandbox.run(PROGRAM)).toMatchObject({ status: 'returned' })
  for (const module of Object.keys(policy.modules as object)) {
    const less = { ...policy, modules: { ...(policy.modules as object), [module]: [] } }
    const { ok, warnings } = await check(PROGRAM, { policy: less })
    expect(ok && warnings.length === 0 && module !== 'random').toBe(false)
  }
})

test('what no policy can grant is told, with its place', async () => {
  const { policy, refused } = await suggestPolicy(['import socket\nimport math', 'print(eval)'])
  expect(policy).toEqual({ modules: { math: [] }, builtins: { allow: ['print'] } })
  expect(
    refused.map(({ diagnostics }) => diagnostics.map(({ code, span }) => [code, span.start.line])),
  ).toEqual([[['PR301', 1]], [['PR208', 1]]])
  expect((await suggestPolicy(['def f(:'])).refused[0]!.diagnostics.length).toBe(1)
})
