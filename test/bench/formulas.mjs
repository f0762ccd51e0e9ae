// Formulas: one evaluation awaited after the other, many asked for together, a thousand compiled in one call, and the thousand-and-first:
// `node test/bench/formulas.mjs [process|thread|inline …]`, on a built checkout.
import { createSandbox } from '../../dist/index.js'
import { figure } from './figures.mjs'

const isolations = process.argv.length > 2 ? process.argv.slice(2) : ['process', 'thread', 'inline']
const ROUNDS = 5

/** The best of some rounds, in microseconds for each of `count`. */
async function best(count, work) {
  let least = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    await work(round)
    least = Math.min(least, performance.now() - began)
  }
  return (least * 1000) / count
}
const say = (what, us) => console.log(`  ${what.padEnd(48)} ${us.toFixed(1).padStart(8)} us`)

for (const isolation of isolations) {
  console.log(isolation)
  const sandbox = await createSandbox({ preset: 'formula' }, { isolation, workers: 1 })
  const [formula] = await sandbox.formulas(['price * qty + 1'])
  const row = { price: 2, qty: 3 }
  const single = await best(500, async () => {
    for (let i = 0; i < 500; i++) await formula.evaluate(row)
  })
  say('evaluate, one awaited after the other', single)
  const together = await best(5_000, () =>
    Promise.all(Array.from({ length: 5_000 }, async () => formula.evaluate(row))),
  )
  say('evaluate, asked for together', together)
  figure(`formulas ${isolation}: evaluate together, us`, together)
  const sources = (round) =>
    Array.from({ length: 1_000 }, (_, i) => `price * ${i} + round(qty / ${round + 2}, 2)`)
  say(
    'formulas([...]) of a thousand, each',
    await best(1_000, (round) => sandbox.formulas(sources(round))),
  )
  const many = await sandbox.formulas([7, 8, 9].flatMap(sources))
  const evaluate = (formulas) =>
    best(formulas.length, () => Promise.all(formulas.map(async (one) => one.evaluate(row))))
  await evaluate(many)
  const [few, all] = [await evaluate(many.slice(0, 900)), await evaluate(many)]
  say('900 formulas in turn, each', few)
  say('3,000 formulas in turn, each', all)
  figure(`formulas ${isolation}: of 3,000 / of 900`, all / few)
  await sandbox.close()
}
