/** The lines that `test/habits/defences.mjs` breaks are there, each once, and the tests that are to fail then exist. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
// @ts-expect-error a script of ours, without types
import { DEFENCES } from './habits/defences.mjs'

interface Row {
  readonly file: string
  readonly text: string
  readonly broken: string
  readonly test: string
  readonly name: string
}

const at = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

test('each line that defends is where it is looked for, and another without its defence', () => {
  for (const { file, text, broken, test, name } of DEFENCES as readonly Row[]) {
    expect(at(`src/${file}`).split(text).length, `${file}: ${text}`).toBe(2)
    expect(broken).not.toBe(text)
    const tests = at(`test/${test}.test.ts`)
    for (const one of name.split('|')) expect(tests, `${test}: ${one}`).toContain(one)
  }
})
