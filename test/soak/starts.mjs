/**
 * `node test/soak/starts.mjs [sandboxes]`: so many sandboxes (300 by default) of each isolation, the first run of each ended in
 * its first 15 milliseconds; every one must serve afterwards. Exit status 1 otherwise.
 */
import { createSandbox } from '../../dist/index.js'

const sandboxes = Number(process.argv[2] ?? 300)
const BUSY =
  'import secrets\nfor n in range(10 ** 9):\n    secrets.token_bytes(8)\n    print(n, flush=True)'

for (const isolation of ['process', 'thread']) {
  const seen = {}
  let next = 0
  const one = async () => {
    while (next < sandboxes) {
      const wallMs = 1 + (next++ % 15)
      const sandbox = await createSandbox(
        { preset: 'script' },
        { isolation, workers: 1, spares: 0, queue: 4 },
      )
      const first = await sandbox.run(BUSY, { limits: { wallMs } })
      const second = await sandbox.run('import secrets\nlen(secrets.token_hex(4))')
      const key = `${first.status}, then ${second.status} ${second.reason ?? ''}`.trim()
      seen[key] = (seen[key] ?? 0) + 1
      await sandbox.close()
    }
  }
  await Promise.all([one(), one(), one()])
  console.log(isolation, seen)
  if (seen['exhausted, then returned'] !== sandboxes) process.exitCode = 1
}
