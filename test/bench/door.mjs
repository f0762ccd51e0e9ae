// What a guest pays to ask a trusted module something, in microseconds: many questions in one run, the empty loop taken off, the
// least and the median of rounds that take turns. Beside them the goals for an idle core.
//   node test/bench/door.mjs [rounds]
import { createSandbox } from '../../dist/index.js'
import { figure, isBrief } from './figures.mjs'

const rounds = Number(process.argv[2] ?? (isBrief ? 5 : 9))
const source = `
class Table:
    def __init__(self):
        self.count = 3
        self.cells = [1, 2, 3]
    def nothing(self, a, b):
        return None
    def through(self, f):
        return f()
    def rows(self, n):
        for i in range(n):
            yield i, i * 0.5
    def row_list(self, n):
        return [(i, i * 0.5) for i in range(n)]
    def __getitem__(self, key):
        return key
    def fail(self):
        raise ValueError('no')
table = Table()
`
/** What is measured → statement of the loop, goal. */
const QUESTIONS = {
  'method, two scalars': ['table.nothing(3, 2.5)', 4],
  attribute: ['table.count', 3.5],
  item: ['table["k"]'],
  'callback, both crossings': ['table.through(f)', 15],
  'exception and except': [
    'try:\n            table.fail()\n        except ValueError:\n            pass',
  ],
}
const LOOP = (body, n) => `
from time import perf_counter
def f(): return 1
def loop(n):
    for _ in range(n):
        ${body}
def empty(n):
    for _ in range(n):
        None
loop(200)
t = perf_counter(); loop(${n}); a = perf_counter() - t
t = perf_counter(); empty(${n}); b = perf_counter() - t
(a - b) / ${n} * 1e6`
const ROWS = (call, n) => `
from time import perf_counter
t = perf_counter()
for row in ${call}: pass
(perf_counter() - t) / ${n} * 1e6`

const sandbox = await createSandbox(
  { modules: { time: '*' }, limits: { wallMs: 60_000, fuel: 1e9 } },
  { isolation: 'thread', workers: 1, trusted: { engine: { source, expose: ['table'] } } },
)
const programs = {
  ...Object.fromEntries(
    Object.entries(QUESTIONS).map(([name, [body, goal]]) => [name, [LOOP(body, 10_000), goal]]),
  ),
  'row of a generator': [ROWS('table.rows(10_000)', 10_000)],
  'row of a list of rows': [ROWS('table.row_list(50_000)', 50_000)],
}
const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]))
for (let round = 0; round < rounds; round++) {
  for (const [name, [program]] of Object.entries(programs)) {
    const outcome = await sandbox.run(program)
    if (outcome.status !== 'returned') throw new Error(`${name}: ${JSON.stringify(outcome)}`)
    times[name].push(outcome.value)
  }
}
await sandbox.close()
console.log('us'.padEnd(28), 'least', ' median', '  goal (median, idle core)')
for (const [name, [, goal]] of Object.entries(programs)) {
  const sorted = times[name].sort((a, b) => a - b)
  const told = [sorted[0], sorted[rounds >> 1]].map((us) => us.toFixed(2).padStart(6))
  if (goal !== undefined) figure(`door: ${name}, us`, sorted[0])
  console.log(name.padEnd(28), ...told, goal === undefined ? '' : `  ${goal}`)
}
