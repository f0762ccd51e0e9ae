/**
 * Builds before the tests when what is built is not what the sources say. Tests import `src/`, but jails, threads and guests run
 * from `dist/`: without this a change of either would be tested in silence against the old code of the other.
 */
import { execSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const STAMP = join(root, 'dist/sources.sha256')
const INPUTS = ['src', 'grammar-rules']

function hashSources(): string {
  const hash = createHash('sha256')
  for (const folder of INPUTS) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    for (const name of names.sort()) {
      if (!/\.(ts|py|scm|txt)$/.test(name)) continue
      hash.update(`${folder}/${name}\0`).update(readFileSync(join(root, folder, name)))
    }
  }
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json'])
    hash.update(readFileSync(join(root, name)))
  return hash.digest('hex')
}

function stamp(): string {
  try {
    return readFileSync(STAMP, 'utf8')
  } catch {
    return ''
  }
}

/** Vitest's global setup. A build that fails ends the run with what the build said. */
export default function setup(): void {
  const sources = hashSources()
  if (stamp() === sources) return
  console.log('dist/ is not what src/ says: building')
  execSync('npm run --silent build', { cwd: root, stdio: 'inherit' })
  writeFileSync(STAMP, sources)
}
