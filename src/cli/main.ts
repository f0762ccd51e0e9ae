#!/usr/bin/env node
/**
 * Starts the command line. It comes as one file (write-bundle.ts), and `check`, which editors and hooks start all day, as one of
 * its own: loading a hundred small ones takes as long as Node itself. A bundle is used only if it is as new as what it was made from.
 */
if (typeof process.getBuiltinModule !== 'function') {
  process.stderr.write(`pyrestrict: needs Node 20.19 or later; this is ${process.versions.node}\n`)
  process.exit(2)
}
// Not imported: an import of node:fs copies all its exports, and loads streams for that.
const { statSync } = process.getBuiltinModule('node:fs')
const argv = process.argv.slice(2)
const BUNDLE = new URL(`../bundle/${argv[0] === 'check' ? 'check' : 'cli'}.js`, import.meta.url)

process.exitCode = 2
try {
  const { main, describeFault, complain } = (await import(
    isCurrent(BUNDLE) ? BUNDLE.href : './entry.js'
  )) as typeof import('./entry.js')
  process.on('uncaughtException', (error) => {
    complain(describeFault(error))
    process.exit(2)
  })
  process.exitCode = await main(argv)
} catch (error) {
  process.stderr.write(
    `pyrestrict: this installation is incomplete: ${error instanceof Error ? error.message : String(error)}\n`,
  )
}

/** In a checkout `tsc` may have run since the bundle was made; a package comes whole, and the times of its files say nothing. */
function isCurrent(bundle: URL): boolean {
  const made = statSync(bundle, { throwIfNoEntry: false })
  const isCheckout =
    statSync(new URL('../../tsconfig.json', import.meta.url), { throwIfNoEntry: false }) !==
    undefined
  return (
    made !== undefined &&
    (!isCheckout || made.mtimeMs >= statSync(new URL(import.meta.url)).mtimeMs)
  )
}
