/**
 * Builds before the tests when what is built is not what the sources say. Tests import `src/`, but jails, threads and guests run
 * from `dist/`: without this a change of either would be tested in silence against the old code of the other.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isBuilt } from '../habits/stamp.mjs'

/** Vitest's global setup. A build that fails ends the run with what the build said. */
export default function setup(): void {
  if (isBuilt()) return
  console.log('dist/ is not what src/ says: building')
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  if (spawnSync('npm run --silent build', { cwd, stdio: 'inherit', shell: true }).status === 0)
    return
  console.error('the build failed, as it says above: nothing was tested')
  process.exit(1)
}
