/** A program that an agent wrote, each of whose calls is answered in another process than the one in which it was made. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { awaitable, createSandbox } from '../src/index.js'

const STEP = fileURLToPath(new URL('./support/agent-step.mjs', import.meta.url))
const SOURCE = `
import asyncio, random, dataclasses

@dataclasses.dataclass
class Step:
    number: int
    answer: int
    chance: float

async def steps():
    for number in range(3):
        yield Step(number, await tool(number), random.random())

async def main():
    seen = []
    async for step in steps():
        seen.append(step)
        print('step', step.number)
    said = [approve(word) for word in ('this',)]
    return sum(step.answer for step in seen), round(sum(step.chance for step in seen), 12), said

asyncio.run(main())`

test('four calls, each answered in another process, come to the end that they have in one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-agent-'))
  const step = async (isolation: string) => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      STEP,
      join(folder, 'state.json'),
      isolation,
      SOURCE,
    ])
    return JSON.parse(stdout) as {
      pid: number
      status: string
      value: unknown
      output: string
      fuel: number
    }
  }
  const pids = new Set<number>()
  let last = await step('inline')
  for (let n = 0; last.status === 'waiting'; n++) {
    pids.add(last.pid)
    // A process starts quickest: every other step is one.
    last = await step((['process', 'thread', 'process', 'inline'] as const)[n % 4]!)
  }
  rmSync(folder, { recursive: true })

  const sandbox = await createSandbox(
    { preset: 'agent', random: { seed: 5 } },
    {
      isolation: 'thread',
      workers: 1,
      spares: 0,
      capabilities: {
        tool: awaitable(async (x: number) => x * x),
        approve: (what: string) => `approved ${what}`,
      },
    },
  )
  const whole = await sandbox.run(SOURCE)
  await sandbox.close()
  expect(pids.size).toBe(4)
  expect(whole.status === 'returned' && whole.value).toEqual([
    5,
    expect.any(Number),
    ['approved this'],
  ])
  expect(last).toMatchObject({
    status: 'returned',
    value: whole.status === 'returned' && whole.value,
    output: whole.output,
  })
}, 180_000)
