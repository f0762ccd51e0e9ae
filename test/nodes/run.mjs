#!/usr/bin/env node
// Runs the tests on other versions of Node: `npm run test:nodes [-- VERSION…] [-- FILE…]`, as in
// `npm run test:nodes -- 22 24 test/jail.test.ts`. Each version comes from npm's `node` package, is kept in the system's
// temporary folder, and is what both the tests and the jails they start run on. Builds nothing: run `npm run build` first.
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchNode } from './fetch.mjs'

/** The oldest supported one, the last of each line, the one before the permission model's flag was renamed, and the newest. */
const VERSIONS = ['20.19.0', '20', '22.12.0', '22', '24', 'latest']

const root = fileURLToPath(new URL('../..', import.meta.url))
const args = process.argv.slice(2)
const isVersion = (arg) => arg === 'latest' || /^\d+(\.\d+){0,2}$/.test(arg)
const versions = args.some(isVersion) ? args.filter(isVersion) : VERSIONS
const files = args.filter((arg) => !isVersion(arg))

const failed = []
for (const version of versions) {
  const node = fetchNode(version)
  console.log(`\n== Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`)
  const { status } = spawnSync(
    node,
    [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...files],
    { cwd: root, stdio: 'inherit' },
  )
  if (status !== 0) failed.push(version)
}
console.log(failed.length > 0 ? `\nfailed on: ${failed.join(', ')}` : '\npassed on every version')
process.exit(failed.length > 0 ? 1 : 0)
