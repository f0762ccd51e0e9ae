/**
 * Checks the types of the guest's Python, put together as the package that the image holds (`dist/` says of which files): calls with the
 * wrong number of arguments, names that are bound nowhere, None where something is needed. pyright comes from npm. Exit status 1
 * where something is to be mended.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { guestSources } from '../../dist/image/sources.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'node_modules/.cache/pyrestrict-types')
const CLEAN = join(folder, 'clean.sha256')

/** Guards and facets reach into objects of which only run time knows what they have: what needs a declared shape is not asked. */
const SETTINGS = {
  include: ['pyrestrict'],
  exclude: ['pyrestrict/texts.py'],
  pythonVersion: '3.14',
  pythonPlatform: 'Linux',
  typeCheckingMode: 'basic',
  reportMissingModuleSource: false,
  reportAttributeAccessIssue: false,
  reportOptionalMemberAccess: false,
  reportGeneralTypeIssues: false,
  reportAssignmentType: false,
  reportOperatorIssue: false,
}

const sources = guestSources('')
const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)))
for (const [name, text] of sources) hash.update(`${name}\0${text}\0`)
const state = hash.digest('hex')

function isClean() {
  try {
    return readFileSync(CLEAN, 'utf8') === state
  } catch {
    return false
  }
}

if (!isClean()) {
  rmSync(folder, { recursive: true, force: true })
  for (const [name, text] of sources) {
    mkdirSync(join(folder, dirname(name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  writeFileSync(join(folder, 'pyrightconfig.json'), JSON.stringify(SETTINGS))
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/pyright/index.js'), '-p', folder], {
      encoding: 'utf8',
    })
    writeFileSync(CLEAN, state)
  } catch (error) {
    console.error(error.stdout.replaceAll(`${folder}/`, ''))
    process.exitCode = 1
  }
}
