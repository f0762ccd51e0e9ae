/**
 * `npm run soak [runs]`: mixed hostile and benign runs on two workers (10,000 by default). Every benign one must give its exact
 * result, every hostile one its ending, and so those with a trusted module beside them (trusted.mjs); at the end the host's memory is flat and no process is left. Exit status 1 otherwise.
 */
import { execFileSync } from 'node:child_process'
import { createSandbox } from '../../dist/index.js'
import { soakTrusted } from './trusted.mjs'

const runs = Number(process.argv[2] ?? 10_000)
const BENIGN = [
  ['sum(i * i for i in range(n))', (n) => (n * (n - 1) * (2 * n - 1)) / 6],
  ['import json\njson.loads(json.dumps({"n": n}))["n"]', (n) => n],
  [
    'class C:\n    def __init__(self, n):\n        self._n = n\n    def twice(self):\n        return self._n * 2\nC(n).twice()',
    (n) => 2 * n,
  ],
  ['try:\n    planted\nexcept NameError:\n    r = n + 1\nr', (n) => n + 1],
]
const HOSTILE = [
  ['planted = 1\nwhile True: pass', 'exhausted'],
  ['while True: print("x" * 1000)', 'exhausted'],
  ['def f(): return f()\nf()', 'raised'],
  ['x = "a" * 10 ** 9', 'raised'],
  ['().__class__', 'refused'],
  ['x = []\nfor i in range(3000):\n    x = [x]\nx', 'returned'],
  ['import json\njson.dumps = None', 'raised'],
]
const KILLED = ['sum(range(10 ** 12))', 'exhausted']

const sandbox = await createSandbox(
  {
    modules: { json: '*' },
    limits: { wallMs: 400, fuel: 20_000, memoryMb: 96, outputBytes: 65_536 },
  },
  { workers: 2, queue: 64 },
)
const wrong = []
const rss = []
let next = 0
async function worker() {
  for (let i = next++; i < runs; i = next++) {
    if (i % Math.ceil(runs / 10) === 0) rss.push(Math.round(process.memoryUsage().rss / 2 ** 20))
    const hostile = i % 10 === 0
    const [code, wanted] =
      i % 200 === 100
        ? KILLED
        : hostile
          ? HOSTILE[(i / 10) % HOSTILE.length]
          : BENIGN[i % BENIGN.length]
    const outcome = await sandbox.run(code, { inputs: { n: i % 50 } })
    const good = hostile
      ? outcome.status === wanted
      : outcome.status === 'returned' && outcome.value === wanted(i % 50)
    if (!good)
      wrong.push(
        `${i}: ${code.slice(0, 40)}: ${outcome.status} ${outcome.value ?? outcome.exception?.message ?? outcome.limit ?? outcome.reason}`,
      )
  }
}
const begin = performance.now()
await Promise.all(Array.from({ length: 8 }, worker))
const seconds = (performance.now() - begin) / 1000
await sandbox.close()
const left =
  execFileSync('ps', ['-o', 'pid=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .trim()
    .split('\n').length - 1 // ps itself
console.log(
  `${runs} runs in ${seconds.toFixed(0)} s (${(runs / seconds).toFixed(0)} a second); host memory MiB ${rss.join(' ')}; processes left ${left}; wrong ${wrong.length}`,
)
for (const line of wrong.slice(0, 20)) console.log(line)
const trusted = await soakTrusted(runs)
console.log(`${runs} runs with a trusted module; wrong ${trusted.wrong.length}`)
for (const line of trusted.wrong.slice(0, 20)) console.log(line)
const flat = rss.length < 4 || Math.max(...rss.slice(-3)) < rss[2] * 1.5 + 40
process.exit(wrong.length === 0 && trusted.wrong.length === 0 && left === 0 && flat ? 0 : 1)
