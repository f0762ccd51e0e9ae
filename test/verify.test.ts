/** What the verifier refuses, and that it accepts the benign twin of it. Guarded text is handed over as an attacker would. */
import { beforeAll, describe, expect, test } from 'vitest'
import { chunksOf } from './support/chunks.js'
import { Python } from './support/python.js'

let python: Python
beforeAll(async () => {
  python = await Python.load()
})

describe.each(chunksOf('verify'))('%s', (_name, chunks) => {
  test.each(chunks.map((chunk) => [chunk.at, chunk] as const))(
    'line %i',
    (_at, { text, refused }) => {
      const compiled = python.compile({ text })
      const said = compiled.ok
        ? null
        : { code: compiled.code, message: compiled.message, line: compiled.line }
      expect(said).toEqual(refused)
    },
  )
})
