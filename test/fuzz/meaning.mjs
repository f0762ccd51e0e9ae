/** Generated programs, run plainly in the bare image and guarded in the shipped one: the same value or the same exception. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createChecker } from '../../dist/index.js'
import { decodeValue, encodeValue } from '../../dist/trusted/channel/values.js'
import { loadImage } from '../../dist/platform/node/image.js'
import { Killed } from '../../dist/trusted/wall/killed.js'
import { Guest } from '../../dist/trusted/wall/runtime.js'
import { resolvePolicy } from '../../dist/policy/policy.js'
import { Generator } from './generator.mjs'

const builder = fileURLToPath(new URL('../../dist/image/build.js', import.meta.url))
const bareFolder = fileURLToPath(
  new URL('../../node_modules/.cache/pyrestrict-bare', import.meta.url),
)
const LIMITS = {
  wallMs: 5000,
  fuel: 200_000,
  memoryBytes: 256 << 20,
  outputBytes: 1 << 20,
  responseBytes: 8 << 20,
}

export const openBare = () => {
  execFileSync(process.execPath, [builder, bareFolder, 'bare'], { stdio: 'ignore' })
  const { wasm, image } = loadImage(bareFolder)
  return new Guest(wasm, image, {})
}

export const openGuarded = () => {
  const { wasm, image } = loadImage()
  return new Guest(wasm, image, {})
}

export const ask = (guest, request) => {
  try {
    return decodeValue(guest.call(encodeValue(request), LIMITS))
  } catch (error) {
    if (error instanceof Killed) return { status: 'killed', limit: error.kind }
    throw error
  } finally {
    guest.reset()
  }
}

const WRAP = (code) => `
import sys
try:
    namespace = {'__name__': '__main__', '__builtins__': __builtins__}
    exec(compile(${JSON.stringify(code)}, '<plain>', 'exec', dont_inherit=True), namespace)
    result = ['returned', namespace['result']]
except BaseException as error:
    result = ['raised', type(error).__name__, str(error)]
`

export async function meaning() {
  const policy = resolvePolicy({ modules: 'standard' })
  const checker = await createChecker({ modules: 'standard' })
  const [bare, guarded] = [openBare(), openGuarded()]
  const common = {
    policy: { modules: policy.modules, builtins: policy.builtins },
    recursion: 1000,
    resultBytes: 1 << 20,
    resultNodes: 1e5,
    resultDepth: 100,
  }
  return (random) => {
    const code = new Generator(random).program()
    const rewritten = checker.rewrite(code)
    if (!rewritten.ok)
      return {
        kind: 'refused',
        ...(rewritten.diagnostics.some((d) => !EXPECTED.has(d.code))
          ? {
              finding: `check refuses: ${rewritten.diagnostics[0].code} ${rewritten.diagnostics[0].message}\n${code}`,
            }
          : {}),
      }
    const plain = ask(bare, { op: 'exec_raw', code: WRAP(code), inputs: {} })
    // Guards take more time and text than none: which limit ends an endless program is not its meaning.
    if (plain.status === 'killed') return { kind: 'killed' }
    const compiled = ask(guarded, {
      op: 'compile',
      text: rewritten.code,
      mode: 'exec',
      filename: '<f>',
      parameters: null,
      value: false,
      names: [],
      codeBytes: 1 << 25,
    })
    if (!compiled.ok) {
      const expected =
        plain.status === 'returned' &&
        plain.value[0] === 'raised' &&
        /SyntaxError|IndentationError/.test(plain.value[1])
      return {
        kind: expected ? 'syntax error' : 'unverified',
        ...(expected
          ? {}
          : {
              finding: `verify refuses: ${compiled.code} ${compiled.message} line ${compiled.line}\n${code}\n---\n${rewritten.code}`,
            }),
      }
    }
    const run = ask(guarded, {
      op: 'run',
      code: compiled.code,
      filename: '<f>',
      mode: 'exec',
      inputs: {},
      result: 'result',
      keep: false,
      ...common,
    })
    const got =
      run.status === 'returned'
        ? ['returned', run.value]
        : run.status === 'raised'
          ? ['raised', run.exception.type, run.exception.message]
          : [run.status, run.limit ?? run.message]
    if (run.status === 'killed' && plain.status === 'returned' && plain.value[1] === 'MemoryError')
      return { kind: 'killed' }
    const want = plain.status === 'returned' ? plain.value : ['failed', plain.message]
    if (comparable(got) === comparable(want)) return { kind: got[0] }
    return {
      kind: 'different',
      finding: `plain   ${JSON.stringify(want)}\nguarded ${JSON.stringify(got)}\n${code}\n---\n${rewritten.code}`,
    }
  }
}

/** Addresses differ between two interpreters; and messages that a guest reads itself spell its private names with their mark. */
const comparable = (outcome) =>
  JSON.stringify(outcome)
    .replace(/0x[0-9a-f]+/g, '0x')
    .replaceAll('\u02bc_', '_')

/** Refusals that generated programs may well meet. */
const EXPECTED = new Set(['PR011'])
