#!/usr/bin/env node
// The package as it is published, installed from its tarball as a stranger does, on other versions of Node: `npm run test:packed [-- VERSION…]`.
// Imported and required, every isolation, and the command line. Builds nothing: run `npm run build` first.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchNode } from './fetch.mjs'

const VERSIONS = ['20.19.0', '22', '24']
const root = fileURLToPath(new URL('../..', import.meta.url))
const project = mkdtempSync(join(tmpdir(), 'pyrestrict-packed-'))
process.on('exit', () => rmSync(project, { recursive: true }))
const npm = (args, cwd) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

const [{ filename }] = JSON.parse(
  npm(['pack', '--ignore-scripts', '--json', '--pack-destination', project], root),
)
writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }')
npm(['install', '--no-audit', '--no-fund', '--loglevel=error', `./${filename}`], project)

writeFileSync(
  join(project, 'imported.js'),
  `import { check, createSandbox, record } from 'pyrestrict'
console.log((await check('x.__class__')).diagnostics[0].code)
for (const isolation of ['process', 'thread', 'inline']) {
  const sandbox = await createSandbox({ modules: 'standard' }, { isolation })
  const outcome = await sandbox.run('import json\\njson.dumps(user.name)', { inputs: { user: record({ name: 'Ann' }) } })
  console.log(isolation, outcome.value)
  await sandbox.close()
}
`,
)
writeFileSync(
  join(project, 'required.cjs'),
  `const { createSandbox } = require('pyrestrict')
createSandbox().then(async (sandbox) => {
  console.log((await sandbox.run('6 * 7')).value)
  await sandbox.close()
})
`,
)
const CLI = join('node_modules', 'pyrestrict', 'dist', 'cli', 'main.js')
const USES = [
  [['imported.js'], 'PR203\nprocess "Ann"\nthread "Ann"\ninline "Ann"\n'],
  [['required.cjs'], '42\n'],
  [[CLI, 'run', '-c', 'sum(range(5))'], '10\n'],
]

let failed = false
const versions = process.argv.slice(2)
for (const version of versions.length > 0 ? versions : VERSIONS) {
  const node = fetchNode(version)
  for (const [args, expected] of USES) {
    const { stdout, stderr } = spawnSync(node, args, { cwd: project, encoding: 'utf8' })
    const isRight = stdout === expected
    failed ||= !isRight
    console.log(
      `Node ${version}: ${args.join(' ')}: ${isRight ? 'right' : `wrong:\n${stdout}${stderr}`}`,
    )
  }
}
process.exit(failed ? 1 : 0)
