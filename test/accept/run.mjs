#!/usr/bin/env node
/**
 * How much of other people's Python is accepted, and comes to the same: `npm run accept -- FOLDER`.
 *
 * Runs every `.py` file of a folder, and of the folders in it, in plain Pyodide and in a sandbox, and prints how many are
 * accepted, which rules refuse the others, how many ended, and how many print and end as in CPython. `--show N` lists the first
 * N that differ, `--preset` and `--language` choose the policy, `--check` only checks. Needs a build.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadPyodide } from 'pyodide'
import { createChecker, createSandbox } from '../../dist/index.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    preset: { type: 'string', default: 'script' },
    language: { type: 'string' },
    show: { type: 'string', default: '20' },
    check: { type: 'boolean', default: false },
  },
})
if (positionals.length !== 1) {
  console.error('usage: npm run accept -- FOLDER [--preset NAME] [--show N] [--check]')
  process.exit(2)
}
const WALL_MS = 20_000
const folder = resolve(positionals[0])
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.py'))
  .sort()
const policy = {
  preset: values.preset,
  ...(values.language && { language: values.language }),
}

/** A program as CPython runs it: what it printed, and how it ended. */
const PLAIN = `
import contextlib, io
def plain(text):
    out, scope = io.StringIO(), {'__name__': '__main__'}
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(compile(text, 'program.py', 'exec', dont_inherit=True), scope)
            end = 'ended'
        except SystemExit as error:
            end = f'exited: {error.code or 0}'
        except BaseException as error:
            end = f'{type(error).__name__}: {error}'
    return [out.getvalue(), end]
`

function endOf(outcome) {
  switch (outcome.status) {
    case 'returned':
      return 'ended'
    case 'exited':
      return `exited: ${outcome.code}`
    case 'raised': {
      const { type, message } = outcome.exception
      if (type === 'SystemExit') return `exited: ${message === 'None' ? 0 : message}`
      return `${type}: ${message}`
    }
    default:
      return `${outcome.status}: ${outcome.limit ?? outcome.reason ?? ''}`
  }
}

const checker = await createChecker(policy)
const refusing = new Map()
const accepted = []
for (const name of files) {
  const text = readFileSync(join(folder, name), 'utf8')
  const { ok, diagnostics } = checker.check(text, { filename: 'program.py' })
  if (ok) accepted.push({ name, text })
  for (const code of new Set(diagnostics.map((found) => `${found.code} ${found.rule}`)))
    refusing.set(code, (refusing.get(code) ?? 0) + 1)
}
const share = (count, of) => `${count} of ${of} (${((100 * count) / Math.max(1, of)).toFixed(1)}%)`
console.log(`accepted: ${share(accepted.length, files.length)} in ${relative('.', folder) || '.'}`)
for (const [code, count] of [...refusing].sort((a, b) => b[1] - a[1]))
  console.log(`  refused by ${code}: ${count}`)
if (values.check) process.exit(0)

const pyodide = await loadPyodide({
  indexURL: dirname(fileURLToPath(import.meta.resolve('pyodide'))),
})
pyodide.runPython(PLAIN)
const plain = pyodide.globals.get('plain')
const sandbox = await createSandbox({ ...policy, limits: { wallMs: WALL_MS } })
let ended = 0
const differing = []
for (const { name, text } of accepted) {
  const told = plain(text)
  const [output, end] = told.toJs()
  told.destroy()
  const outcome = await sandbox.run(text, { filename: 'program.py' })
  const ours = endOf(outcome)
  const printed = outcome.stdout ?? outcome.output ?? ''
  if (ours === 'ended' || ours.startsWith('exited')) ended += 1
  if (ours !== end) differing.push(`${name}: ${ours.slice(0, 200)}; CPython: ${end.slice(0, 200)}`)
  else if (printed !== output) differing.push(`${name}: prints something else`)
}
await sandbox.close()
console.log(`ended: ${share(ended, accepted.length)}`)
console.log(`as in CPython: ${share(accepted.length - differing.length, accepted.length)}`)
for (const line of differing.slice(0, Number(values.show))) console.log(`  ${line}`)
process.exit(0)
