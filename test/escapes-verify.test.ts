/**
 * The escape fixtures with check switched off: whatever the source, it is rewritten as it stands and handed to the compile guest.
 * Either verify refuses it, or what runs has no effect. check is advice; this is what the claims rest on.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { createRewriter } from '../src/rewrite/rewrite.js'
import { loadParser, type Parser } from '../src/syntax/parse.js'
import { resolvePolicy } from '../src/policy/policy.js'
import type { Value } from '../src/trusted/channel/values.js'
import { Guest } from '../src/trusted/wall/runtime.js'
import { escapeCases, SECRET } from './support/cases.js'
import { ask } from './support/images.js'
import { shipped } from './support/shipped.js'

const { modules, builtins } = resolvePolicy({ modules: 'standard' })
const COMMON = {
  policy: { modules, builtins } as unknown as Value,
  recursion: 1000,
  resultBytes: 1 << 20,
  resultNodes: 100_000,
  resultDepth: 100,
}
/** Names of a trusted module's. What becomes of that is the door's claim, and test/escapes.test.ts's. */
const EXPOSED = /\b(vault|proxy|each_row|label|desk|found|bound|Shape|host_app|H)\b/
/** Evaluates an effect over the guest's globals, in its own interpreter. */
const PROBE = `
import builtins, types
def probe(guest, effect):
    names = dict(guest, g=guest, result=guest.get('result'), SECRET=${JSON.stringify(SECRET)}, types=types, builtins=builtins, out='')
    # Not the guest's own, which answer as guests are answered.
    names['__builtins__'] = builtins
    return bool(eval(effect, names))
`

let parser: Parser
let compiler: Guest
let runner: Guest

beforeAll(async () => {
  parser = await loadParser()
  const { wasm, image } = shipped()
  compiler = new Guest(wasm, image)
  runner = new Guest(wasm, image)
})

/** What became of a source that no check has seen: refused by verify, or run, and whether the attack's effect is there. */
function bypass(code: string, effect: string) {
  const text = createRewriter(parser)(parser.parse(code)).code
  compiler.reset()
  const compiled = ask(compiler, {
    op: 'compile',
    text,
    mode: 'exec',
    filename: '<guest>',
    parameters: null,
    value: true,
  })
  if (compiled.ok !== true) return { refused: String(compiled.code), effect: false, said: '' }
  runner.reset()
  const common = { ...COMMON, policy: { modules, builtins } as unknown as Value }
  const ran = ask(
    runner,
    {
      op: 'run',
      code: compiled.code as Uint8Array,
      mode: 'exec',
      filename: '<guest>',
      inputs: { rows: [1, 2, 3], settings: { k: 1 } },
      result: null,
      keep: true,
      ...common,
    },
    { fuel: 200_000, outputBytes: 1 << 20 },
  )
  const probed = ask(runner, {
    op: 'inspect',
    source: PROBE,
    function: 'probe',
    args: [effect],
    ...common,
  })
  return {
    refused: undefined,
    effect: probed.value,
    said: JSON.stringify(ran, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    ),
  }
}

const attacks = escapeCases().filter(
  ({ code, effect, limits, family }) =>
    // What a host grants is not there: test/escapes.test.ts has it.
    family !== 'capabilities' &&
    effect !== undefined &&
    limits === undefined &&
    !EXPOSED.test(code) &&
    !EXPOSED.test(effect),
)

test('many attacks are on the interpreter', () => {
  expect(attacks.length).toBeGreaterThan(45)
})

describe('without check', () => {
  test.each(attacks)('$family/$name', ({ code, effect }) => {
    const { effect: happened, said } = bypass(code, effect!)
    expect(happened).toBe(false)
    expect(said).not.toContain(SECRET)
  })
})

test('the bypass is one: a benign program runs through it', () => {
  expect(bypass('result = 2 * 3', 'result == 6')).toMatchObject({
    refused: undefined,
    effect: true,
  })
})
