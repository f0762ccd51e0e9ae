/**
 * Runs command lines for tests, one after another in this process, each as `pyrestrict` runs its one: by the built program's `main`. It
 * is sent what to run, with repository, environment and working directory. Behind what each line writes stands a record separator, on stdout with
 * its exit status before it.
 *
 * Told that it `keeps`, it keeps the worker that compiles from program to program: a sandbox that runs nothing is open from then on. It
 * has that in common only with the modules that the bundle is made of.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

let kept
/** The program, built in a repository, whose `main` runs this line. */
async function programOf([command], { keeps, repository }) {
  const built = (name) => import(pathToFileURL(join(repository, 'dist', name)).href)
  if (!keeps) return built(command === 'check' ? 'bundle/check.js' : 'bundle/cli.js')
  const { createSandbox } = await built('index.js')
  if (!kept) kept = await createSandbox({}, { workers: 1, spares: 0 })
  return built('cli/entry.js')
}

/** Waits until the text is out: whoever reads may be busy, and what is written to a full pipe at once would fail. */
const put = (stream, text) => new Promise((done) => stream.write(text, done))

// Each `run` listens for interrupts, as a process that runs one may for ever.
process.setMaxListeners(0)
// As after one line: what is still open is no reason to stay.
process.on('disconnect', () => process.exit())
process.on('message', async ({ lines, env, cwd, ...program }) => {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  process.chdir(cwd)
  for (const line of lines) {
    const { main } = await programOf(line, program)
    const status = await main(line)
    await put(process.stdout, `\u001f${status}\u001e`)
    await put(process.stderr, '\u001e')
  }
})
