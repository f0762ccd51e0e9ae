/**
 * The door against a guest that has all of its own memory: full Python, writes anywhere, messages of its own making. What is
 * trusted is in another memory; no byte of it is in the guest's, in any isolation.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { fuzzDoor } from './fuzz/door.mjs'
import { EXPOSE, SECRETS } from './support/secrets.js'
import { TwoGuests } from './support/two-guests.js'

const support = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`support/${name}`, import.meta.url)), 'utf8')
const VAULT = support('vault.py')

/** What a guest can do with what it was given, and more. */
const USE = `
_ops = remotes._door
seen = []
def attempt(f, *args):
    try:
        seen.append(repr(f(*args))[:200])
    except BaseException as error:
        seen.append(f'{type(error).__name__}: {error}'[:200])
for name in dir(account) + ['_pin_attribute', '__dict__', '__class__', '__globals__']:
    attempt(getattr, account, name)
attempt(account.total, 2)
attempt(account.each, lambda row: row * 2)
attempt(account.fails)
attempt(account.same, [account, {'k': account}, print, object()])
attempt(lambda: (account + 1).balance)
attempt(lambda: list(account.steps()))
attempt(lambda: [len(account), account[0], isinstance(account, Account), str(account), repr(account)])
attempt(lambda: closed.balance)
attempt(lambda: closed.total())
attempt(setattr, document, 'status', 'open')
attempt(setattr, document, 'balance', 1000)
attempt(setattr, account, 'balance', 1000)
attempt(lookup, 'tea')
attempt(lookup, 'absent')
attempt(Account, 5)
attempt(Account.total, closed)
attempt(Account.check, document, 'x')
try:
    account.fails()
except Refused as error:
    seen.append('refused')
# Forged questions: every operation, about every number, with names and arguments of all kinds.
for operation in range(-2, 14):
    for n in (0, 1, 2, 3, 5, 50, -1, 2**31 - 1, 2**80, None, 'x', (1,), [2]):
        for rest in ((), ('_pin_attribute',), ('__dict__',), ('total', (), None), (0, (), None), ('len', ()), ((), {'_x': 1})):
            if operation in range(12):
                try:
                    _ops(operation, (n, *rest))
                except Exception as error:
                    pass
result = seen
`

describe.each(['process', 'thread', 'inline'] as const)('%s', (isolation) => {
  test('nothing of a trusted module is in the memory of a guest that does what it likes', async () => {
    const two = await TwoGuests.start(isolation, VAULT, EXPOSE)
    try {
      const seen = (await two.run(USE)) as string[]
      expect(seen).toEqual(
        expect.arrayContaining(['200', '[2, 4, 6]', 'refused', '[1, 2, 3]', '101']),
      )
      // The guest's own memory, read by the guest: everything that its pointers reach.
      await two.run(`${support('memory-write.py')}\nresult = memory[0:8] is not None`)
      const [memory, trusted] = await two.memories()
      // They are found where they are.
      const there = Buffer.from(trusted).toString('latin1')
      expect(SECRETS.filter((secret) => !there.includes(secret))).toEqual([])
      const text = Buffer.from(memory).toString('latin1')
      expect(text).toContain('total')
      expect(SECRETS.filter((secret) => text.includes(secret) && !USE.includes(secret))).toEqual([])
      expect(await two.call('state')).toEqual([
        'SECRET-IN-AN-ATTRIBUTE-3d3d',
        'new',
        5,
        'SECRET-IN-A-HIDDEN-OBJECT-12ef',
        'SECRET-IN-A-GLOBAL-77c1',
        ['_hidden_object', '_pin_attribute', 'balance', 'rows', 'status'],
      ])
    } finally {
      await two.end()
    }
  }, 120_000)
})

describe('forged messages', () => {
  test('get no answer that is not exposed, and trap nothing', () => {
    const { endings, wrong, door } = fuzzDoor(3_000, 20_260_101)
    expect(wrong).toEqual([])
    expect(endings['answered']).toBeGreaterThan(500)
    expect(endings['refused']).toBeGreaterThan(100)
    expect(door.guest.ready).toBe(true)
  }, 120_000)
})

/** Every way in which Python calls a class's code by itself tells `note`, which the trusted module exposes. */
const NOISY = `
noted = 0
_note = note
def note(what):
    global noted
    noted += 1
    _note(what)
class Thing:
    def __init__(self, n=0): self.n = n
    def __hash__(self): note('hash'); return 1
    def __eq__(self, other): note('eq'); return True
    def __ne__(self, other): note('ne'); return False
    def __bool__(self): note('bool'); return True
    def __len__(self): note('len'); return 1
    def __iter__(self): note('iter'); return iter(())
    def __repr__(self): note('repr'); return 'thing'
    def __str__(self): note('str'); return 'thing'
    def __index__(self): note('index'); return 0
    def __call__(self): note('call')
    def __del__(self): note('del')
class Text(str):
    def __hash__(self): note('hash of a str'); return 1
    def __eq__(self, other): note('eq of a str'); return True
    def __del__(self): note('del of a str')
class Number(int):
    def __index__(self): note('index of an int'); return 0
    def __pos__(self): note('pos of an int'); return 0
class Mapping(dict):
    def __iter__(self): note('iter of a dict'); return iter(())
    def __getitem__(self, key): note('item of a dict')
    def items(self): note('items of a dict'); return []
    def keys(self): note('keys of a dict'); return []
def generate():
    try:
        yield
    finally:
        note('finally')
generator = generate()
next(generator)
thing = Thing()
things = [Thing(n) for n in range(300)] + [Text('a'), Number(3), Mapping({Thing(): Thing()})]
mapping = {Thing(): {Text('k'): [Thing()]}, Thing(1): Mapping({Text('a'): Number(1)})}
other = Mapping({Thing(): generate()})
`

test('no code of a guest runs while trusted code is in the middle of something', async () => {
  const expose = { ledger: '*', note: '*' }
  const two = await TwoGuests.start('inline', support('ledger.py'), expose)
  try {
    await two.run(NOISY)
    expect(await two.call('handle')).toEqual([])
    // All of it was let go of, and its finalizers have run: afterwards.
    expect(await two.run('result = [thing, generator, things, noted > 300]')).toEqual([
      5,
      5,
      null,
      true,
    ])
  } finally {
    await two.end()
  }
}, 60_000)
