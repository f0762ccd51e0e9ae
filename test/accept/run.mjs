#!/usr/bin/env node
/**
 * How much of other people's Python is accepted, and comes to the same: `npm run accept -- FOLDER`.
 *
 * Runs every `.py` file of a folder, and of the folders in it, in plain Pyodide and in a sandbox, and prints how many are
 * accepted, which rules refuse the others, how many ended, and how many print and end as in CPython. `--show N` lists the first
 * N that differ, `--preset` and `--language` choose the policy, `--without-dunders` takes guarded dunders and evaluation from it,
 * `--mode function` checks bodies of functions, `--check` only checks. Needs a build.
 *
 * Right of comparable: a program is comparable where plain Pyodide has all that it imports, threads and loops to wait on too. It is right where it prints and ends
 * as there, by the same exception with the same message; where it is refused, and CPython has a SyntaxError for it; and where it
 * asks for input or a file that nobody gave, which each says in its own words. A program without an end holds the tool up.
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
    'without-dunders': { type: 'boolean', default: false },
    mode: { type: 'string', default: 'exec' },
  },
})
if (positionals.length !== 1) {
  console.error(
    'usage: npm run accept -- FOLDER [--preset NAME] [--language NAME] [--without-dunders] [--show N] [--mode function] [--check]',
  )
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
  ...(values['without-dunders'] && { dunders: 'refused', evaluate: false }),
}

/** A program as CPython runs it: what it printed, and how it ended. */
const PLAIN = `
import contextlib, io, sys, types
def plain(text):
    out, main = io.StringIO(), types.ModuleType('__main__')
    main.__file__ = 'program.py'
    sys.modules['__main__'], scope = main, main.__dict__
    sys.setrecursionlimit(1000), sys.set_int_max_str_digits(4300)
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
const programs = []
for (const name of files) {
  const text = readFileSync(join(folder, name), 'utf8')
  const { ok, diagnostics } = checker.check(text, { filename: 'program.py', mode: values.mode })
  programs.push({ name, text, ok })
  for (const code of new Set(diagnostics.map((found) => `${found.code} ${found.rule}`)))
    refusing.set(code, (refusing.get(code) ?? 0) + 1)
}
const accepted = programs.filter(({ ok }) => ok)
const share = (count, of) => `${count} of ${of} (${((100 * count) / Math.max(1, of)).toFixed(1)}%)`
console.log(`accepted: ${share(accepted.length, files.length)} in ${relative('.', folder) || '.'}`)
for (const [code, count] of [...refusing].sort((a, b) => b[1] - a[1]))
  console.log(`  refused by ${code}: ${count}`)
if (values.check || values.mode !== 'exec') process.exit(0)

const pyodide = await loadPyodide({
  indexURL: dirname(fileURLToPath(import.meta.resolve('pyodide'))),
  env: { PYTHONHASHSEED: '0' },
  stdin: () => null,
})
pyodide.runPython(PLAIN)
const plain = pyodide.globals.get('plain')
const sandbox = await createSandbox({ ...policy, limits: { wallMs: WALL_MS } })
const isSyntax = (end) => /^(?:Syntax|Indentation|Tab)Error/.test(end)
/** What plain Pyodide has not: the module, a thread, a loop to run coroutines to their end on. */
const isMissing = (end) =>
  /^(?:ModuleNotFound|Import)Error|can't start new thread|stack switching/.test(end)
/** What nobody gave is told in other words here: no input, no files. */
const isUngiven = (ours, end) =>
  (/^EOFError/.test(end) && /^EOFError/.test(ours)) ||
  (/^FileNotFoundError/.test(end) && /^(?:FileNotFound|Permission)Error/.test(ours))
let ended = 0
let comparable = 0
let right = 0
let same = 0
const differing = []
for (const { name, text, ok } of programs) {
  const told = plain(text)
  const [output, end] = told.toJs()
  told.destroy()
  if (!isMissing(end)) comparable += 1
  if (!ok) {
    if (isSyntax(end)) right += 1
    continue
  }
  const outcome = await sandbox.run(text, { filename: 'program.py' })
  const ours = endOf(outcome)
  const printed = outcome.stdout ?? outcome.output ?? ''
  if (ours === 'ended' || ours.startsWith('exited')) ended += 1
  if (ours === end && printed === output) {
    same += 1
    if (!isMissing(end)) right += 1
  } else if (printed === output && isUngiven(ours, end)) right += 1
  else if (outcome.status === 'refused' && isSyntax(end)) right += 1
  else if (ours !== end)
    differing.push(`${name}: ${ours.slice(0, 200)}; CPython: ${end.slice(0, 200)}`)
  else differing.push(`${name}: prints something else`)
}
await sandbox.close()
console.log(`ended: ${share(ended, accepted.length)}`)
console.log(`as in CPython: ${share(same, accepted.length)}`)
console.log(`right of comparable: ${share(right, comparable)}`)
for (const line of differing.slice(0, Number(values.show))) console.log(`  ${line}`)
process.exit(0)
