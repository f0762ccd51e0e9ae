/**
 * Time-boxed fuzzing of the built library: `npm run fuzz -- --seconds 60 --seed 7 --only meaning`.
 *
 * meaning   what check accepts and rewrite guards, verify accepts (or CPython itself refuses), and it means what plain CPython
 *           means: the same value, the same output, the same exception
 * hostile   guarded text, mutated and handed to verify directly: whatever is compiled reaches nothing by a raw name
 * translation mistakes planted in the compile guest's translation: what is compiled all the same does no harm
 * agreement mutated sources to both parsers: what the syntax layers accept, CPython reads alike
 * source    mutated sources through check and rewrite: never a throw, positions within the text, lines kept
 * reentrancy guests whose special methods change what C code works on: no trap, no SystemError, no container that miscounts
 * door      forged messages to a trusted guest: no trap, no answer that is not exposed (door.mjs alone sends a million)
 *
 * A finding prints its seed and its program and makes the exit status 1. The same seed gives the same programs.
 */
import { parseArgs } from 'node:util'
import { Random } from './random.mjs'
import { meaning } from './meaning.mjs'
import { hostile } from './hostile.mjs'
import { source } from './source.mjs'
import { agreement } from './agreement.mjs'
import { reentrancy } from './reentrancy.mjs'
import { door } from './door.mjs'
import { translation } from './translation.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    only: { type: 'string' },
  },
})
const fuzzers = { meaning, hostile, translation, source, agreement, reentrancy, door }
const chosen = values.only === undefined ? Object.keys(fuzzers) : values.only.split(',')
const started = performance.now()
let seed = Number(values.seed)
let failed = 0
console.log(`seed ${seed}, ${values.seconds} s, ${chosen.join(' ')}`)
const ready = Object.fromEntries(
  await Promise.all(chosen.map(async (name) => [name, await fuzzers[name]()])),
)
const counts = Object.fromEntries(chosen.map((name) => [name, {}]))
while (performance.now() - started < Number(values.seconds) * 1000 && failed < 10) {
  for (const name of chosen) {
    const { kind, finding } = await ready[name](new Random(seed))
    counts[name][kind] = (counts[name][kind] ?? 0) + 1
    if (finding !== undefined) {
      failed++
      console.log(`\n=== ${name}, seed ${seed}: ${finding}\n`)
    }
  }
  seed++
}
for (const name of chosen) console.log(name, JSON.stringify(counts[name]))
console.log(`${failed} findings`)
process.exit(failed === 0 ? 0 : 1)
