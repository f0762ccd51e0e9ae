/**
 * What `dist/` was built from, as a hash beside it. `npm run build` takes it before it begins (`prebuild`), so that what changes meanwhile
 * is noticed, and puts it in its place when it has ended (`postbuild`). The tests compare, and build first where the sources are others.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const STAMP = join(root, 'dist/sources.sha256')
const BEGUN = `${STAMP}.begun`
const INPUTS = ['src', 'grammar-rules']

function hashSources() {
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

/** Whether `dist/` was built from the sources as they are. */
export function isBuilt() {
  try {
    return readFileSync(STAMP, 'utf8') === hashSources()
  } catch {
    return false
  }
}

const [, script, step] = process.argv
if (script === fileURLToPath(import.meta.url)) {
  if (step === 'end') renameSync(BEGUN, STAMP)
  else {
    mkdirSync(join(root, 'dist'), { recursive: true })
    rmSync(STAMP, { force: true })
    writeFileSync(BEGUN, hashSources())
  }
}
