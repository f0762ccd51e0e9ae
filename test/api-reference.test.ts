/** docs/api.md is what the published declarations say, and each public name says what it promises. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { apiReference } from './habits/api.mjs'

const written = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8')

test('the API reference is that of the declarations (npm run docs writes it)', () => {
  expect(written).toBe(apiReference())
})

test('each public name says what it promises', () => {
  const entries = written.split(/^### /m).slice(1)
  expect(entries.length).toBeGreaterThan(100)
  const silent = entries
    .map((entry) => entry.replace(/```[\s\S]*?```/g, '').split('\n'))
    .filter(
      ([, ...text]) =>
        !text.some((line) => /^[A-Z`'*|]/.test(line) && !line.startsWith('With all of')),
    )
    .map(([heading]) => heading)
  expect(silent).toEqual([])
})
