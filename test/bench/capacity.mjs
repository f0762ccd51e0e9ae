// What many take of one machine, in one pool of two processes: 2,000 sandboxes that each ran something, 10,000 sessions that rest, and
// 50 submissions of five runs each that come at once. Prints times and the host's memory; what came back wrong ends it.
//   node test/bench/capacity.mjs [sandboxes] [sessions] [submissions]
import { deepStrictEqual } from 'node:assert'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPool, createSandbox } from '../../dist/index.js'

const [sandboxes = 2_000, sessions = 10_000, submissions = 50] = process.argv.slice(2).map(Number)
const AT_ONCE = 50

const megabytes = () => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 1e6
}
/** Does `work` for each number below `count`, so many of them at once. */
async function each(count, work) {
  let next = 0
  const lane = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}
const value = (outcome) => {
  if (outcome.status !== 'returned') throw new Error(JSON.stringify(outcome))
  return outcome.value
}
const seconds = (began) => `${((performance.now() - began) / 1_000).toFixed(1)} s`
const say = (what, ...told) => console.log(what.padEnd(44), ...told)

const pool = createPool({ workers: 2 })
const first = await createSandbox({ preset: 'formula' }, { pool })
value(await first.run('1'))
let before = megabytes()
let began = performance.now()
const many = []
await each(sandboxes, async (n) => {
  const sandbox = await createSandbox({ preset: 'formula' }, { pool })
  many.push(sandbox)
  deepStrictEqual(value(await sandbox.run(`${n} + 1`)), n + 1)
})
say(
  `${sandboxes} sandboxes, each ran something`,
  seconds(began),
  `${(((megabytes() - before) * 1_000) / sandboxes).toFixed(0)} KB each`,
)
await Promise.all(many.map((sandbox) => sandbox.close()))

const room = await createSandbox({ preset: 'education' }, { pool, queue: AT_ONCE })
before = megabytes()
began = performance.now()
const open = []
await each(sessions, async (n) => {
  const session = await room.session()
  open[n] = session
  value(await session.run('seen = [n] * 100', { inputs: { n } }))
})
const took = seconds(began)
await sleep(3_000)
say(
  `${sessions} sessions, each ran something and rests`,
  took,
  `${(((megabytes() - before) * 1_000) / sessions).toFixed(0)} KB each`,
)
began = performance.now()
await each(200, async (i) => {
  const n = Math.floor((i * sessions) / 200)
  deepStrictEqual(value(await open[n].run('seen.append(1)\n[seen[0], len(seen)]')), [n, 101])
})
say('200 of them, one run more', seconds(began))
await Promise.all(open.map((session) => session.close()))

const judge = await createSandbox({ preset: 'education' }, { pool, queue: 5 * submissions })
const SOURCE = 'n = int(input())\nprint(sum(i * i for i in range(n)))'
const times = []
began = performance.now()
await Promise.all(
  Array.from({ length: submissions }, async (_, who) => {
    const start = performance.now()
    for (let test = 1; test <= 5; test++) {
      const n = 1_000 * test
      const outcome = await judge.run(`${SOURCE}\n# ${who}`, { stdin: `${n}\n` })
      deepStrictEqual(outcome.stdout, `${((n - 1) * n * (2 * n - 1)) / 6}\n`)
    }
    times.push(performance.now() - start)
  }),
)
times.sort((a, b) => a - b)
const rate = (5 * submissions) / ((performance.now() - began) / 1_000)
say(
  `${submissions} submissions at once, five runs each`,
  seconds(began),
  `${rate.toFixed(0)} runs a second; a submission ${(times[times.length >> 1] / 1_000).toFixed(1)} s in the middle, ${(times.at(-1) / 1_000).toFixed(1)} s at most`,
)
await pool.close()
