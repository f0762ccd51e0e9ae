/**
 * `language: 'full'`: there is no language to hold anybody back, and the attacks on it, on memory and on limits reach nothing of a
 * trusted module, of the host's objects or of the process all the same. What holds here is the wall alone.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { capability, createSandbox, type EffectEvent, type Sandbox } from '../src/index.js'
import { sectionsOf } from './support/case-files.js'
import { EXPOSE, SECRETS } from './support/secrets.js'

const root = join(import.meta.dirname, '..')
const document = { title: 'T', status: 'S', wiped: 0, wipe: () => (document.wiped += 1) }
const asked: EffectEvent[] = []
let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await createSandbox(
    { language: 'full', limits: { memoryMb: 256, wallMs: 200, outputBytes: 100_000 } },
    {
      isolation: 'thread',
      workers: 1,
      trusted: {
        engine: {
          source: readFileSync(join(root, 'test/support/vault.py'), 'utf8'),
          expose: EXPOSE as never,
        },
      },
      capabilities: { doc: capability(document, { read: ['title'] }) },
      onEffect: (effect) => asked.push(effect),
    },
  )
})
afterAll(() => sandbox.close())

/** Each third of them: one that is ended by force takes a second. `EVERY=1` tries all. */
const every = Number(process.env['EVERY'] ?? 3)
/** What is after the interpreter's time and stack, and shows no more than numbers; and what no attack is. */
const HARMLESS = /^(?:guest-(?:limits|semantics|deep|big-numbers)|allowed)/
const programs = ['escapes', 'floor', 'redteam']
  .flatMap((folder) => sectionsOf(folder, (file) => file !== 'engine.py' && !HARMLESS.test(file)))
  .map(({ file, name, text }) => ({ file, name, code: `# ${name}\n${text}` }))
  .filter((_, at) => at % every === 0)
const ENDINGS = ['returned', 'raised', 'exited', 'exhausted', 'crashed', 'refused']

test('no attack reaches anything, whatever it does in its own memory', async () => {
  expect(programs.length).toBeGreaterThan(500 / every)
  const environment = JSON.stringify(process.env)
  const endings = new Map<string, number>()
  for (const { file, name, code } of programs) {
    const outcome = await sandbox.run(code)
    endings.set(outcome.status, (endings.get(outcome.status) ?? 0) + 1)
    const told = JSON.stringify(outcome, (_, x: unknown) => (typeof x === 'bigint' ? `${x}` : x))
    const held = SECRETS.filter((secret) => told.includes(secret))
    expect({ file, name, held }).toEqual({ file, name, held: [] })
  }
  expect([...endings.keys()].filter((status) => !ENDINGS.includes(status))).toEqual([])
  // Nothing of the language is left to refuse them: they do run.
  expect(endings.get('refused') ?? 0).toBeLessThan(programs.length / 10)
  expect([document.title, document.status, document.wiped]).toEqual(['T', 'S', 0])
  expect(
    asked.filter(({ decision, target }) => decision === 'allowed' && !/^doc/.test(target)),
  ).toEqual([])
  expect(JSON.stringify(process.env)).toBe(environment)
  expect(await sandbox.run('1 + 1')).toMatchObject({ status: 'returned', value: 2 })
}, 600_000)
