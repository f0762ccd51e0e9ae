/**
 * One step of an agent in a process of its own: starts a program, or resumes it with the answer to its call, prints what it waits for,
 * keeps its state in a file, and is gone.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { awaitable, createSandbox, LATER } from '../../dist/bundle/index.js'

const [file, isolation, source] = process.argv.slice(2)
const sandbox = await createSandbox(
  { preset: 'agent', random: { seed: 5 }, capabilities: { approve: { approve: true } } },
  {
    isolation,
    workers: 1,
    spares: 0,
    states: { key: new Uint8Array(32).fill(9), tenant: 'agent' },
    capabilities: {
      tool: awaitable(async () => LATER),
      approve: (what) => `approved ${what}`,
    },
  },
)
const waited = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
const { id, name, args } = waited?.call ?? {}
const answer = name === 'approve' ? { approved: true } : { value: args && args[0] * args[0] }
const outcome = waited
  ? await sandbox.resume(Buffer.from(waited.state, 'base64'), { answers: { [id]: answer } })
  : await sandbox.run(source)
const { state, calls, status, value, output, usage } = outcome
if (status === 'waiting') {
  const kept = { call: calls[0], state: Buffer.from(state).toString('base64') }
  writeFileSync(file, JSON.stringify(kept))
}
process.stdout.write(JSON.stringify({ pid: process.pid, status, value, output, fuel: usage.fuel }))
// Not closed: the process is gone, as one that was killed.
process.exit(0)
