/**
 * Runs command lines, the JSON that it is given, one after another in this process, each as `pyrestrict` runs its one: by the built
 * program's `main`. Behind what each of them writes stands a record separator, on stdout with its exit status before it.
 *
 * Told to `keep`, it keeps the worker that compiles from program to program: a sandbox that runs nothing is open all the time. It has
 * that in common only with the modules that the bundle is made of.
 */
import { writeSync } from 'node:fs'

const [, , lines, keeps] = process.argv
// Each `run` listens for interrupts, as a process that runs one may for ever.
process.setMaxListeners(0)
if (keeps) await (await import('../../dist/index.js')).createSandbox({}, { workers: 1, spares: 0 })
for (const line of JSON.parse(lines)) {
  const bundle = line[0] === 'check' ? 'check' : 'cli'
  const { main } = await import(
    keeps ? '../../dist/cli/entry.js' : `../../dist/bundle/${bundle}.js`
  )
  const status = await main(line)
  writeSync(1, `\u001f${status}\u001e`)
  writeSync(2, '\u001e')
}
// As after one: what is still open is no reason to stay.
process.exit()
