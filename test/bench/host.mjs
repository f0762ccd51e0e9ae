// What a guest pays to ask its host, in microseconds, for each isolation: many questions in one run, the empty loop taken off, the
// least and the median of rounds that take turns. Beside them the goals for an idle core. Then what a run that waits takes.
//   node test/bench/host.mjs [rounds]
import { awaitable, capability, createSandbox, LATER } from '../../dist/index.js'
import { figure, isBrief } from './figures.mjs'

const rounds = Number(process.argv[2] ?? (isBrief ? 3 : 7))
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** A loop of `n` questions, each `body`, in microseconds a question. */
const loop = (body, n) => `
import asyncio
from time import perf_counter
def f(): return 1
async def main():
    for _ in range(20):
        ${body}
    t = perf_counter()
    for _ in range(${n}):
        ${body}
    a = perf_counter() - t
    t = perf_counter()
    for _ in range(${n}):
        None
    return (a - (perf_counter() - t)) / ${n} * 1e6
await main()`
const gather = (n) => `
import asyncio
from time import perf_counter
async def main():
    t = perf_counter()
    await asyncio.gather(*[search(i) for i in range(${n})])
    return (perf_counter() - t) / ${n} * 1e6
await main()`

/** What is measured → program, goals by isolation. */
const QUESTIONS = {
  'plain call, two scalars': [
    loop('lookup(3, 2.5)', 2_000),
    { process: 100, thread: 80, inline: 10 },
  ],
  'attribute of an object': [loop('doc.title', 2_000)],
  'awaited call, a turn each': [
    loop('await search(1)', 1_000),
    { process: 200, thread: 200, inline: 200 },
  ],
  'one of 1,000 in a gather': [gather(1_000)],
  'plain call that calls back': [loop('apply(f)', 1_000), {}, ['process', 'thread']],
  'awaited call that calls back': [loop('await applies(f)', 1_000)],
}

const capabilities = {
  lookup: (a, b) => a + b,
  doc: capability({ title: 'T' }, { read: ['title'] }),
  search: awaitable(async (x) => x),
  apply: (f) => f(),
  applies: awaitable(async (f) => f()),
  ask: awaitable(async () => LATER),
}
const policy = {
  modules: { time: '*', asyncio: '*' },
  limits: { wallMs: 600_000, fuel: 1e9, effects: 1e9 },
}

for (const isolation of ['process', 'thread', 'inline']) {
  const sandbox = await createSandbox(policy, {
    isolation,
    workers: 1,
    spares: 0,
    capabilities,
  })
  const programs = Object.entries(QUESTIONS).filter(
    ([, [, , only]]) => only?.includes(isolation) ?? true,
  )
  const times = new Map(programs.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, [program]] of programs) {
      const outcome = await sandbox.run(program)
      if (outcome.status !== 'returned') throw new Error(`${name}: ${JSON.stringify(outcome)}`)
      times.get(name).push(outcome.value)
    }
  }
  console.log(`${isolation}, us`.padEnd(30), 'least ', 'median', '  goal (median, idle core)')
  for (const [name, [, goals = {}]] of programs) {
    const told = [Math.min(...times.get(name)), median(times.get(name))]
    if (goals[isolation] !== undefined) figure(`host ${isolation}: ${name}, us`, told[0])
    console.log(
      name.padEnd(30),
      ...told.map((us) => us.toFixed(1).padStart(6)),
      `  ${goals[isolation] ?? ''}`,
    )
  }
  await sandbox.close()
}

const states = { key: new Uint8Array(32).fill(1) }
const sandbox = await createSandbox(policy, { workers: 1, spares: 0, capabilities, states })
const waits = []
const resumes = []
let bytes = 0
for (let round = 0; round < 5 * rounds; round++) {
  let began = performance.now()
  const { state } = await sandbox.run('x = list(range(1000))\nawait ask(1)', { holdMs: 0 })
  waits.push(performance.now() - began)
  bytes = state.length
  began = performance.now()
  const outcome = await sandbox.resume(state, { answers: { 1: { value: 2 } } })
  if (outcome.status !== 'returned') throw new Error(JSON.stringify(outcome))
  resumes.push(performance.now() - began)
}
console.log(
  `a run that waits: ${median(waits).toFixed(1)} ms to its state of ${(bytes / 1024).toFixed(0)} KiB (goal 50), ${median(resumes).toFixed(1)} ms from it to its end`,
)
await sandbox.close()
figure('host: the state of a run that waits, KiB', bytes / 1024)
