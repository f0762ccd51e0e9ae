/** Guests that change things while C code works on them: nothing traps, no SystemError, no container that miscounts. */
import { readFileSync } from 'node:fs'
import { createSandbox } from '../../dist/index.js'

const PROGRAM = readFileSync(new URL('reentrancy.py', import.meta.url), 'utf8')
const STEPS = 1_500

export async function reentrancy() {
  const sandbox = await createSandbox(
    { modules: 'standard', limits: { wallMs: 4_000, memoryMb: 128 } },
    { isolation: 'thread', workers: 1 },
  )
  return async (random) => {
    const seed = random.below(2 ** 31)
    const program = PROGRAM.replace('Random(SEED)', `Random(${seed})`).replace(
      'range(STEPS)',
      `range(${STEPS})`,
    )
    const outcome = await sandbox.run(program)
    const told = (what) => ({ kind: outcome.status, finding: `guest seed ${seed}: ${what}` })
    if (outcome.status === 'crashed') return told(outcome.message ?? outcome.reason)
    if (outcome.status === 'refused') return told(JSON.stringify(outcome.diagnostics.slice(0, 3)))
    if (outcome.status === 'raised') return told(outcome.exception.traceback)
    if (outcome.status === 'returned' && outcome.value.length > 0)
      return told(outcome.value.join(', '))
    return { kind: outcome.status }
  }
}
