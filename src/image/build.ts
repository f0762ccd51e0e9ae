/**
 * Builds `dist/guest/` (the guest's memory and its facts) and `dist/guest-full/` (the same of full Python) unless they are
 * already what these inputs make.
 *
 * Run by `npm run build` after tsc. Needs no network, no Python and no compiler: only the pinned `pyodide` package. The work
 * is done by take.ts in a child whose environment is empty and whose folder is the root, so that nothing of this machine
 * can get into the image. `node build.js FOLDER VARIANT` builds elsewhere; variant `bare` adds an entry without the
 * language layer, for tests of the layers below, and is never shipped.
 */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { guestSources, pyodideFile } from './sources.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '..', '..')

/** What of this folder decides what an image is. */
const BUILDERS = [
  'build.js',
  'take.js',
  'stock.js',
  'sources.js',
  'wrap-functions.js',
  'leave-out.js',
  'wasm-sections.js',
]

/** Hash of everything the image depends on, the builder itself included. */
function hashInputs(variant: string): string {
  const hash = createHash('sha256')
  const add = (name: string, data: string | Uint8Array): void => {
    hash.update(`${name}\0${data.length}\0`).update(data)
  }
  for (const [name, text] of guestSources(variant)) add(name, text)
  add('prelude', readFileSync(join(root, 'src/image/prelude.py')))
  for (const name of BUILDERS) add(name, readFileSync(join(here, name)))
  for (const name of ['pyodide.asm.wasm', 'pyodide.asm.mjs', 'pyodide.mjs', 'python_stdlib.zip'])
    add(name, readFileSync(pyodideFile(name)))
  return hash.digest('hex')
}

/** True when its folder holds an undamaged image made from just these inputs. */
function upToDate({ folder, inputs }: Wanted): boolean {
  try {
    const { sha256 } = JSON.parse(readFileSync(join(folder, 'guest.json'), 'utf8')) as {
      sha256: string
    }
    return (
      readFileSync(join(folder, 'inputs.sha256'), 'utf8') === inputs &&
      createHash('sha256')
        .update(readFileSync(join(folder, 'guest.mem')))
        .digest('hex') === sha256
    )
  } catch {
    return false
  }
}

/** An image that is wanted: where, which, and the hash of what it is made from. */
interface Wanted {
  readonly folder: string
  readonly variant: string
  readonly inputs: string
}

/** Builds these images, all of them in one child. */
function buildImages(images: readonly Wanted[]): void {
  if (images.length === 0) return
  const words = images.flatMap(({ folder, variant }) => [folder, variant])
  execFileSync(process.execPath, [join(here, 'take.js'), ...words], {
    env: { TZ: 'UTC', LANG: 'C.UTF-8' },
    cwd: '/',
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  for (const { folder, inputs } of images) writeFileSync(join(folder, 'inputs.sha256'), inputs)
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [, , given, variant = 'shipped'] = process.argv
  const named =
    given === undefined
      ? [
          { folder: join(root, 'dist/guest'), variant: 'shipped' },
          { folder: join(root, 'dist/guest-full'), variant: 'full' },
        ]
      : [{ folder: resolve(given), variant }]
  const wanted = named.map((image) => ({ ...image, inputs: hashInputs(image.variant) }))
  const stale = wanted.filter((image) => !upToDate(image))
  const started = performance.now()
  try {
    buildImages(stale)
  } catch {
    console.error('image: could not be built')
    process.exit(1)
  }
  const took = Math.round(performance.now() - started)
  for (const image of wanted) {
    const size = statSync(join(image.folder, 'guest.mem')).size
    const said = stale.includes(image) ? `built, ${stale.length} in ${took} ms` : 'up to date'
    console.log(`image: ${said}, ${(size / 2 ** 20).toFixed(1)} MiB`)
  }
}
