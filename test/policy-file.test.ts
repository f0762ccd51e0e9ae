import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { parseJsonc } from '../src/policy/jsonc.js'
import { KEYS } from '../src/policy/keys.js'
import { loadPolicy } from '../src/policy/load.js'
import { policyJsonSchema } from '../src/policy/write-schema.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-policy-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a policy file and returns what loading it says: the policy, or the error's message without the folder. */
async function load(content: string | Uint8Array): Promise<unknown> {
  const path = join(folder, 'policy.json')
  writeFileSync(path, content)
  try {
    return await loadPolicy(path)
  } catch (error) {
    return (error as Error).message.replaceAll(path, 'FILE')
  }
}

describe('a policy file', () => {
  test('may hold comments and trailing commas, and a byte order mark', async () => {
    expect(
      await load(
        '\ufeff// ours\n{\n  "modules": { "math": ["pi",], /* all */ "json": "*", },\n}\n',
      ),
    ).toEqual({ modules: { math: ['pi'], json: '*' } })
  })

  test.each([
    ['', 'FILE:1:1: expected a value, found the end of the file'],
    ['{"modules": "standard"', 'FILE:1:23: expected "," or "}", found the end of the file'],
    ['{\n  "limits": {"fuel": 1, "fuel": 2}\n}', 'FILE:2:25: the key "fuel" is given twice'],
    ['{modules: 1}', 'FILE:1:2: expected a key in double quotes, found "m"'],
    ['{} {}', 'FILE:1:4: expected the end of the file, found "{"'],
    ['{"limits": {"fuel": 01}}', 'FILE:1:21: expected a value, found "0"'],
    ['{"limits": {"fuel": 1e}}', 'FILE:1:21: expected a value, found "1"'],
    ['{"preset": "a\nb"}', 'FILE:1:12: ill-formed string'],
    ['/* never closed', 'FILE:1:1: expected a value, found "/"'],
    ['['.repeat(100), 'FILE:1:34: nested too deeply'],
    ['"standard"', 'FILE: policy: must be an object'],
    [
      '{"limit": {}}',
      'FILE: policy.limit: unknown key; did you mean "limits"? ' +
        `(known keys: ${['$schema', 'preset', ...Object.keys(KEYS)].join(', ')})`,
    ],
    ['{"__proto__": {"modules": "standard"}}', 'FILE: policy.__proto__: unknown key'],
    [
      '{"limits": {"fuel": 0, "wallMs": 0}}',
      'FILE: policy.limits.wallMs: must be a whole number of milliseconds from 1 to ' +
        '86400000, not 0\nFILE: policy.limits.fuel: must be a whole number of ticks from 1 to 1000000000000, not 0',
    ],
  ])('%j is refused with its position', async (content, message) => {
    expect(await load(content)).toBe(message)
  })

  test('that is not UTF-8, too large, missing or a folder is refused by name', async () => {
    expect(await load(new Uint8Array([0x7b, 0xff, 0x7d]))).toBe(
      'cannot read the policy FILE: it is not UTF-8',
    )
    expect(await load(`{}${' '.repeat(1 << 20)}`)).toBe(
      'cannot read the policy FILE: larger than 1048576 bytes',
    )
    await expect(loadPolicy(join(folder, 'none.json'))).rejects.toThrow(
      `cannot read the policy ${join(folder, 'none.json')}: no such file`,
    )
    await expect(loadPolicy(folder)).rejects.toThrow(
      `cannot read the policy ${folder}: it is a directory`,
    )
  })
})

describe('JSON with comments', () => {
  test('reads every JSON text as JSON.parse does', () => {
    // A key of `__proto__` is an own key here as there, but toEqual cannot see it: compare as text.
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(JSON.stringify(parseJsonc(text))).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  test('refuses every other text that JSON.parse refuses, comments and trailing commas apart', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[],:"\\ 10-.eEtrufalsn\n\u0001') }),
        (text) => {
          const read = (parse: (text: string) => unknown) => {
            try {
              return JSON.stringify(parse(text))
            } catch {
              return 'refused'
            }
          }
          fc.pre(!/,\s*[}\]]/.test(text))
          const strict = read(JSON.parse)
          const ours = read(parseJsonc)
          // Keys given twice are refused here alone.
          if (ours !== 'refused' || !/"(.*?)"[^]*"\1"/.test(text)) expect(ours).toBe(strict)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

test('the built package holds the schema that the code makes', () => {
  const built = readFileSync(new URL('../dist/policy.schema.json', import.meta.url), 'utf8')
  expect(JSON.parse(built)).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())))
})
