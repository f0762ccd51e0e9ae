// 100 MB of a mounted folder of the host's, read line by line, against the same text from memory (io.StringIO), in one run, for each
// isolation. Rounds take turns, and each is measured against the memory of its own round: the median of these ratios, and the ratio of
// the least times. The goal for an idle machine is 1.3: where others run, the guest waits for its host until that has its turn.
//   node test/bench/files.mjs [rounds] [megabytes]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSandbox } from '../../dist/index.js'
import { figure, isBrief } from './figures.mjs'

const [rounds, megabytes] = [
  Number(process.argv[2] ?? 5),
  Number(process.argv[3] ?? (isBrief ? 50 : 100)),
]
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const line = 'a line of text as tables have them,12345,67890,ok\n'
const folder = mkdtempSync(join(tmpdir(), 'bench-files-'))
writeFileSync(join(folder, 'table.csv'), line.repeat((megabytes * 1e6) / line.length))
const SOURCE = `
import io
from time import perf_counter
def seconds(file):
    with file:
        t = perf_counter()
        for line in file: pass
        return perf_counter() - t
with open('/data/table.csv') as file: text = file.read()
with open('/memory/table.csv', 'w') as file: file.write(text)
makers = {'io.StringIO': lambda: io.StringIO(text), 'mount in memory': lambda: open('/memory/table.csv'),
          "the host's folder": lambda: open('/data/table.csv')}
taken = {name: [] for name in makers}
for _ in range(${rounds}):
    for name, make in makers.items(): taken[name].append(seconds(make()))
taken`
try {
  for (const isolation of ['process', 'thread', 'inline']) {
    const sandbox = await createSandbox(
      {
        modules: 'standard',
        filesystem: { '/data': { from: folder }, '/memory': { memory: megabytes * 1_100_000 } },
        limits: { wallMs: 600_000, fuel: 1e11, memoryMb: 2_048 },
      },
      { isolation },
    )
    const outcome = await sandbox.run(SOURCE)
    if (outcome.status !== 'returned') throw new Error(JSON.stringify(outcome))
    const memory = outcome.value['io.StringIO']
    for (const [name, times] of Object.entries(outcome.value)) {
      const least = Math.min(...times)
      const ratios = [
        median(times.map((time, round) => time / memory[round])),
        least / Math.min(...memory),
      ]
      const [middle, best] = ratios.map((ratio) => ratio.toFixed(2))
      if (name !== 'io.StringIO') figure(`files ${isolation}: ${name}`, ratios[1])
      console.log(
        `${isolation.padEnd(8)} ${name.padEnd(18)} ${least.toFixed(2)} s  median ${middle}, of the least ${best}`,
      )
    }
    await sandbox.close()
  }
} finally {
  rmSync(folder, { recursive: true })
}
