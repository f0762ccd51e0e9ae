/**
 * Runs the modules that it is given one after another, and prints a record separator behind what each of them prints. One that throws
 * prints what it threw. `pyrestrict` is the installation that they import.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const files = process.argv.slice(2)
const installed = createRequire(files[0]).resolve('pyrestrict')
const { createSandbox } = await import(pathToFileURL(installed).href)
// The workers that compile are there as long as any sandbox is: this one is never closed, runs nothing, and keeps nobody alive.
await createSandbox()
for (const file of files) {
  await import(pathToFileURL(file).href).catch((error) => console.log(error))
  process.stdout.write('\u001e')
}
