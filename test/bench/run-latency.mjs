// What a run costs from outside: `node test/bench/run-latency.mjs [process|thread|inline …]`, on a built checkout and an idle
// machine. Prints medians and bests, for each isolation: the first result of a sandbox, pristine runs of a cached small program, what comes
// after a kill, runs a second with one worker and with two, a session's runs, and memory for each worker: of a jail, and of each thread beyond the first.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createSandbox } from '../../dist/index.js'
import { figure } from './figures.mjs'

const POLICY = { modules: 'standard', limits: { wallMs: 10_000 } }
const SMALL = 'total = 0\nfor n in items:\n    total += n * n\ntotal'
const inputs = { items: [1, 2, 3] }
const isolations = process.argv.length > 2 ? process.argv.slice(2) : ['process', 'thread', 'inline']

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const timed = async (work) => {
  const began = performance.now()
  await work()
  return performance.now() - began
}
const repeat = async (count, work) => {
  const times = []
  for (let i = 0; i < count; i++) times.push(await timed(() => work(i)))
  return times
}
const ms = (values) => `${median(values).toFixed(2)} ms, best ${Math.min(...values).toFixed(2)}`
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time))
const say = (what, value) => console.log(`  ${what.padEnd(48)} ${value}`)

/** Resident and anonymous memory of a process, in MB. */
function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return ['VmRSS', 'RssAnon'].map((field) =>
    Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024),
  )
}
const children = () =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ')

async function measure(isolation) {
  console.log(isolation)
  const own = memoryOf(process.pid)
  const open = (options = {}) => createSandbox(POLICY, { isolation, ...options })
  const firsts = []
  for (let i = 0; i < 5; i++) {
    let sandbox
    firsts.push(
      await timed(async () => {
        sandbox = await open({ spares: 0 })
        await sandbox.run(SMALL, { inputs })
      }),
    )
    await sandbox.close()
  }
  say('createSandbox to first result', `${ms(firsts)}; of this process ${firsts[0].toFixed(0)}`)

  const sandbox = await open({ workers: 1, spares: isolation === 'inline' ? 0 : 1 })
  await sandbox.run(SMALL, { inputs })
  await repeat(100, () => sandbox.run(SMALL, { inputs }))
  const spaced = []
  for (let i = 0; i < 100; i++) {
    spaced.push(await timed(() => sandbox.run(SMALL, { inputs })))
    await pause(10)
  }
  say('pristine run, source cached, 10 ms apart', ms(spaced))
  const pristine = await repeat(200, () => sandbox.run(SMALL, { inputs }))
  say('the same back to back', ms(pristine))
  say(
    'pristine run, source new each time',
    ms(await repeat(100, (i) => sandbox.run(`${SMALL}\n${i}`, { inputs }))),
  )

  const session = await sandbox.session()
  await session.run('items = [1, 2, 3]')
  const turns = await repeat(100, () => session.run(SMALL, { filename: 'small.py' }))
  say('session run, source cached', ms(turns))
  figure(`run-latency ${isolation}: session run / pristine run`, median(turns) / median(pristine))
  await session.close()

  const late = []
  const after = []
  for (let i = 0; i < 5; i++) {
    late.push(
      (await timed(() => sandbox.run('sum(range(10 ** 12))', { limits: { wallMs: 100 } }))) - 100,
    )
    after.push(await timed(() => sandbox.run(SMALL, { inputs })))
    await pause(300)
  }
  say('sum(range(10**12)): answered after the limit', ms(late))
  say('the run after it', ms(after))
  if (isolation === 'process') {
    const replaced = []
    for (let i = 0; i < 5; i++) {
      for (const pid of children().slice(0, 1)) process.kill(Number(pid), 'SIGKILL')
      await pause(20)
      replaced.push(await timed(() => sandbox.run(SMALL, { inputs })))
      await pause(500)
    }
    say('the run after a worker was killed from outside', ms(replaced))
    const [resident, anonymous] = memoryOf(children()[0])
    figure('run-latency process: an idle worker, MB', resident)
    say('memory of an idle worker', `${resident} MB resident, ${anonymous} anonymous`)
  } else {
    const [resident] = memoryOf(process.pid)
    say('memory beyond the process before', `${resident - own[0]} MB resident`)
  }
  await sandbox.close()
  if (isolation === 'thread') {
    const several = await open({ workers: 4, spares: 0 })
    const resident = []
    for (const busy of [1, 4]) {
      await Promise.all(
        Array.from({ length: busy }, () => several.run('import time\ntime.sleep(1)')),
      )
      await pause(500)
      resident.push(memoryOf(process.pid)[0])
    }
    say(
      'memory that each further thread adds',
      `${Math.round((resident[1] - resident[0]) / 3)} MB resident`,
    )
    await several.close()
  }

  const rates = []
  for (const workers of isolation === 'inline' ? [1] : [1, 2]) {
    const many = await open({ workers, spares: 0 })
    await Promise.all(Array.from({ length: 4 * workers }, () => many.run(SMALL, { inputs })))
    const count = 400
    const took = await timed(() =>
      Promise.all(Array.from({ length: count }, () => many.run(SMALL, { inputs }))),
    )
    say(
      `runs a second with ${workers} worker${workers > 1 ? 's' : ''} (${availableParallelism()} cores)`,
      ((count / took) * 1000).toFixed(0),
    )
    rates.push(count / took)
    await many.close()
  }
  if (rates.length > 1)
    figure(`run-latency ${isolation}: throughput of two workers / one`, rates[1] / rates[0])
}

for (const isolation of isolations) await measure(isolation)
