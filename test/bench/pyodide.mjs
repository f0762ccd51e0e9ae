/** Plain Pyodide beside ours, each in a new process: the first result, and a pristine run (a new interpreter, for Pyodide). */
import { spawnSync } from 'node:child_process'
import { figure } from './figures.mjs'

const PROGRAM = 'total = 0\nfor n in [1, 2, 3]:\n    total += n * n\ntotal'
const OURS = `
import { createSandbox } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)}
const begin = performance.now()
const sandbox = await createSandbox({}, { isolation: process.argv[1] })
const { value } = await sandbox.run(${JSON.stringify(PROGRAM)})
const first = performance.now() - begin
const times = []
for (let i = 0; i < 40; i++) {
  const start = performance.now()
  await sandbox.run(${JSON.stringify(PROGRAM)})
  times.push(performance.now() - start)
}
await sandbox.close()
console.log(JSON.stringify({ value, first, pristine: times.sort((a, b) => a - b)[20] }))
`
const PLAIN = `
import { loadPyodide } from 'pyodide'
const begin = performance.now()
const value = (await loadPyodide()).runPython(${JSON.stringify(PROGRAM)})
const first = performance.now() - begin
const start = performance.now()
;(await loadPyodide()).runPython(${JSON.stringify(PROGRAM)})
console.log(JSON.stringify({ value, first, pristine: performance.now() - start }))
`
const measure = (code, ...args) => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', code, ...args],
    { encoding: 'utf8', cwd: new URL('../..', import.meta.url) },
  )
  if (status !== 0) throw new Error(stderr)
  const { value, first, pristine } = JSON.parse(stdout)
  if (value !== 14) throw new Error(`the program gave ${value}`)
  return { first, pristine }
}
const rows = {
  'plain Pyodide': measure(PLAIN),
  process: measure(OURS, 'process'),
  thread: measure(OURS, 'thread'),
  inline: measure(OURS, 'inline'),
}
const plain = rows['plain Pyodide']
for (const isolation of ['process', 'thread', 'inline']) {
  figure(
    `pyodide: first result, ${isolation}, of plain Pyodide's`,
    rows[isolation].first / plain.first,
  )
  figure(
    `pyodide: pristine run, ${isolation}, of plain Pyodide's`,
    rows[isolation].pristine / plain.pristine,
  )
}
console.table(
  Object.fromEntries(
    Object.entries(rows).map(([name, { first, pristine }]) => [
      name,
      {
        'first result ms': +first.toFixed(1),
        'pristine run ms': +pristine.toFixed(2),
        'first, times faster': +(plain.first / first).toFixed(1),
        'pristine, times faster': +(plain.pristine / pristine).toFixed(0),
      },
    ]),
  ),
)
