/**
 * Before a checkout is built: what the build needs is there. npm leaves it out where a package is installed from git for all of a
 * machine (`npm install -g git+…`, as pre-commit does: npm/cli#8440), and hands that setting on to every npm below it.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const cwd = fileURLToPath(new URL('../..', import.meta.url))
if (!existsSync(new URL('../../node_modules/typescript', import.meta.url))) {
  const words = ['ci', '--global=false', '--include=dev', '--ignore-scripts', '--no-audit']
  execFileSync('npm', words, { cwd, stdio: 'inherit', shell: process.platform === 'win32' })
}
