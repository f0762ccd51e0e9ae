/**
 * `node test/soak/states.mjs [runs]`: so many runs (10,000 by default) that wait and are resumed, a hundred states at a time and on two
 * workers, all but every tenth, which nobody resumes. Each comes to its exact end, none is resumed twice, and the host's memory is flat.
 * Exit status 1 otherwise.
 */
import { awaitable, createSandbox, LATER } from '../../dist/index.js'

const runs = Number(process.argv[2] ?? 10_000)
const options = {
  isolation: 'thread',
  workers: 2,
  spares: 0,
  queue: 200,
  capabilities: { ask: awaitable(async () => LATER) },
  states: { key: crypto.getRandomValues(new Uint8Array(32)) },
}
const source = 'kept = [n] * 100\nanswer = await ask(n)\n[sum(kept), answer]'
const [one, other] = [await createSandbox({}, options), await createSandbox({}, options)]
const rss = []
let wrong = 0
let bytes = 0
const began = performance.now()
for (let done = 0; done < runs; done += 100) {
  const waiting = await Promise.all(
    Array.from({ length: 100 }, (_, i) => one.run(source, { inputs: { n: done + i }, holdMs: 0 })),
  )
  bytes = Math.max(bytes, ...waiting.map(({ state }) => state?.length ?? Infinity))
  await Promise.all(
    waiting.map(async ({ status, state }, i) => {
      if (status !== 'waiting') return wrong++
      if (i % 10 === 0) return
      const answers = { 1: { value: -i } }
      const outcome = await other.resume(state, { answers })
      const [sum, answer] = outcome.value ?? []
      if (sum !== 100 * (done + i) || answer !== -i) wrong++
      if (i % 10 === 1)
        await one.resume(state, { answers }).then(
          () => wrong++,
          ({ name }) => name === 'StateError' || wrong++,
        )
    }),
  )
  globalThis.gc?.()
  if (done % Math.ceil(runs / 10) === 0) rss.push(Math.round(process.memoryUsage().rss / 2 ** 20))
}
const seconds = (performance.now() - began) / 1000
await Promise.all([one.close(), other.close()])
console.log(
  `${runs} states of ${Math.round(bytes / 1024)} KiB at most in ${seconds.toFixed(0)} s; host memory MiB ${rss.join(' ')}; wrong ${wrong}`,
)
process.exit(wrong === 0 && Math.max(...rss.slice(-3)) < rss[1] * 1.2 + 30 ? 0 : 1)
