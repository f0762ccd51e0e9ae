/**
 * `node test/soak/trusted.mjs [runs]`: mixed runs with a trusted module on two workers (10,000 by default), part of
 * `npm run soak`. Each is exact: benign ones their result, hostile ones their ending, sessions, forks and calls their state.
 */
import { createSandbox } from '../../dist/index.js'

const source = `
import statistics
class Refused(Exception):
    pass
class Account:
    def __init__(self, balance):
        self.balance = balance
        self._log = []
    def add(self, n):
        self.balance += n
        self._log.append(n)
        return self.balance
    def each(self, f):
        return [f(x) for x in (1, 2, 3)]
    def rows(self, n):
        for i in range(n):
            yield i, i * 2
    def mean(self, xs):
        return statistics.mean(xs)
    def fails(self):
        raise Refused(self.balance)
    def nested(self, f, n):
        return f(n)
    async def later(self, x):
        return x + self.balance
account = Account(100)
def state(guest):
    return [account.balance, len(account._log)]
def call(guest, name, *args):
    return guest[name](*args)
`
const SOURCES = [
  ['account.add(n)', (n) => 100 + n],
  ['sum(account.each(lambda x: x * n))', (n) => 6 * n],
  ['sum(a + b for a, b in account.rows(n))', (n) => (3 * n * (n - 1)) / 2],
  ['account.mean([n, n + 2])', (n) => n + 1],
  ['try:\n    account.fails()\nexcept Refused as e:\n    r = e.args[0] + n\nr', (n) => 100 + n],
  ['def f(k): return account.nested(f, k - 1) if k else n\nf(9)', (n) => n],
  [
    'import asyncio\nasync def main(): return sum(await asyncio.gather(*[account.later(i) for i in range(3)]))\nasyncio.run(main()) + n',
    (n) => 303 + n,
  ],
  ['x = [account.rows(1) for _ in range(200)]\nlen(x) + n', (n) => 200 + n],
  ['[n]', (n) => [n]],
]
const HOSTILE = [
  ['account.each(lambda x: [0 for _ in iter(int, 1)])', 'exhausted'],
  ['account._log', 'raised'],
  ['account.add(5)\nwhile True: account.balance', 'exhausted'],
  ['x = [0]\nwhile True:\n    x = x + x + [account.rows(1)]', 'raised'],
  ['def f(k): return account.nested(f, k + 1)\nf(0)', 'raised'],
  ['account.nested(lambda n: "x" * 10 ** 9, 1)', 'raised'],
]

/** Makes `runs` runs; what was not exact, and the host's memory on the way in MiB. */
export async function soakTrusted(runs) {
  const sandbox = await createSandbox(
    {
      modules: { asyncio: '*' },
      limits: { wallMs: 2_000, fuel: 20_000, memoryMb: 96, outputBytes: 65_536 },
    },
    {
      workers: 2,
      queue: 64,
      trusted: { engine: { source, expose: ['account', 'Refused'] } },
    },
  )
  const wrong = []
  const rss = []
  let next = 0
  const check = (i, what, told, wanted) => {
    if (JSON.stringify(told) !== JSON.stringify(wanted))
      wrong.push(`${i}: ${what.slice(0, 60)}: ${JSON.stringify(told)?.slice(0, 200)}`)
  }
  const valueOf = (outcome) => outcome.value ?? outcome.exception?.message ?? outcome
  async function session(i) {
    const session = await sandbox.session()
    await session.run('def f(n): return account.add(n)')
    check(i, 'session.call', valueOf(await session.call('engine', 'call', ['f', 7])), 107)
    const fork = await session.fork()
    check(i, 'fork', valueOf(await fork.run('account.add(1)')), 108)
    check(i, 'forked from', valueOf(await session.call('engine', 'state')), [107, 1])
    check(i, 'ended', (await fork.run('account.add(1)\nwhile True: pass')).status, 'exhausted')
    check(i, 'after an end', valueOf(await fork.call('engine', 'state')), [108, 2])
    await fork.close()
    await session.close()
  }
  async function worker() {
    for (let i = next++; i < runs; i = next++) {
      if (i % Math.ceil(runs / 10) === 0) rss.push(Math.round(process.memoryUsage().rss / 2 ** 20))
      const n = i % 50
      if (i % 50 === 25) await session(i)
      else if (i % 10 === 0) {
        const [code, wanted] = HOSTILE[(i / 10) % HOSTILE.length]
        check(i, code, (await sandbox.run(code)).status, wanted)
      } else {
        const [code, wanted] = SOURCES[i % SOURCES.length]
        check(i, code, valueOf(await sandbox.run(code, { inputs: { n } })), wanted(n))
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  await sandbox.close()
  return { wrong, rss }
}

if (process.argv[1]?.endsWith('trusted.mjs')) {
  const runs = Number(process.argv[2] ?? 10_000)
  const began = performance.now()
  const { wrong, rss } = await soakTrusted(runs)
  const seconds = (performance.now() - began) / 1000
  console.log(
    `${runs} runs with a trusted module in ${seconds.toFixed(0)} s; host memory MiB ${rss.join(' ')}; wrong ${wrong.length}`,
  )
  for (const line of wrong.slice(0, 20)) console.log(line)
  process.exit(wrong.length === 0 ? 0 : 1)
}
