// Writes src/image/time-zones.txt anew: node test/habits/time-zones.mjs FOLDER, where FOLDER holds the wheel `tzdata`, unpacked.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2]
const read = (path) => readFileSync(join(folder, 'tzdata', path))
const version = /IANA_VERSION = "(\w+)"/.exec(read('__init__.py').toString())[1]
const keysOf = new Map()
for (const key of read('zones').toString().trim().split(/\s+/)) {
  const data = read(`zoneinfo/${key}`).toString('base64')
  keysOf.set(data, [...(keysOf.get(data) ?? []), key].sort())
}
const rows = [...keysOf].map(([data, keys]) => `${keys.join(' ')} ${data}\n`).sort()
const head = `# IANA's time zones, ${version}, in the public domain: the keys of a zone, then its TZif file in base64. Made by test/habits/time-zones.mjs.\n`
writeFileSync(new URL('../../src/image/time-zones.txt', import.meta.url), head + rows.join(''))
