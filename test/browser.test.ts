/** `pyrestrict/check` is one file that needs nothing: in a page, in a bundle, and beside no file of its own. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createChecker } from '../src/index.js'

const root = join(import.meta.dirname, '..')
const FILE = join(root, 'dist/bundle/check-anywhere.js')
const SOURCES = [
  'a + b.c[0]',
  '().__class__.__base__',
  'import os\nos.system("x")',
  '"{0.__class__}".format(x)',
  'def f(:\n',
  'x = "\u{1F600}é"; eval(x)',
]
const POLICY = { preset: 'template' } as const

/** What a checker says of each source: written in Node, in a page and in a bundle alike. */
const USE = `
  const checker = await createChecker(${JSON.stringify(POLICY)})
  const told = ${JSON.stringify(SOURCES)}.map((source) => checker.check(source))
  const text = JSON.stringify([told, checker.rewrite('a.b').code, explain('PR203').code])`

let expected: string
beforeAll(async () => {
  const checker = await createChecker(POLICY)
  const told = SOURCES.map((source) => checker.check(source))
  const rewritten = checker.rewrite('a.b') as { readonly code: string }
  expect(told.map(({ ok }) => ok)).toEqual([true, false, false, false, false, false])
  expected = JSON.stringify([told, rewritten.code, 'PR203'])
})

test('it imports nothing, and asks for no file', async () => {
  const bundle = await rolldown({ input: FILE, platform: 'browser', logLevel: 'silent' })
  const { output } = await bundle.generate({ format: 'esm' })
  await bundle.close()
  expect(output.map(({ type }) => type)).toEqual(['chunk'])
  const [{ imports, dynamicImports, code }] = output
  expect({ imports, dynamicImports }).toEqual({ imports: [], dynamicImports: [] })
  expect(code).not.toContain('import.meta')
  expect(code).not.toMatch(/__filename|__dirname/)
  // As the README says.
  expect((statSync(FILE).size / 1e6).toFixed(1)).toBe('1.3')
})

describe('in a page of Chromium', () => {
  let server: Server
  let address: string
  beforeAll(async () => {
    const page = `<!doctype html><meta charset="utf-8"><pre id="told"></pre><script type="module" src="/use.js"></script>`
    const files: Record<string, readonly [string, string | Buffer]> = {
      '/': ['text/html', page],
      '/use.js': [
        'text/javascript',
        `import { createChecker, explain } from '/check.js'
        try {${USE}
          document.getElementById('told').textContent = text
        } catch (error) {
          document.getElementById('told').textContent = String(error.stack)
        }`,
      ],
      '/check.js': ['text/javascript', readFileSync(FILE)],
    }
    server = createServer((request, response) => {
      const found = files[request.url ?? '']
      if (!found) return response.writeHead(404).end()
      return response
        .writeHead(200, {
          'content-type': found[0],
          // WebAssembly, and no eval of text.
          'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
        })
        .end(found[1])
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as { port: number }).port}/`
  })
  afterAll(() => server.close())

  // The test command of this repository's CI installs the browser. Where there is none, there is no such case.
  const browser = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => {
    try {
      execFileSync('which', [name])
      return true
    } catch {
      return false
    }
  })
  test.runIf(browser !== undefined || process.env['CI'])(
    'it says what it says in Node',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-page-'))
      try {
        const { stdout } = await promisify(execFile)(
          browser!,
          [
            '--headless',
            '--no-sandbox',
            '--disable-gpu',
            `--user-data-dir=${folder}`,
            '--virtual-time-budget=60000',
            '--dump-dom',
            address,
          ],
          { maxBuffer: 1 << 24, timeout: 120_000 },
        )
        const told = /<pre id="told">([^]*?)<\/pre>/.exec(stdout)?.[1] ?? stdout
        const text = told.replace(
          /&(lt|gt|amp);/g,
          (_, name: 'lt' | 'gt' | 'amp') => ({ lt: '<', gt: '>', amp: '&' })[name],
        )
        expect(JSON.parse(text)).toEqual(JSON.parse(expected))
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
    150_000,
  )
})

test('a server that is bundled has it, far from any file of this package', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-bundle-'))
  try {
    const entry = join(folder, 'entry.js')
    writeFileSync(
      entry,
      `import { createChecker, explain } from ${JSON.stringify(FILE)}\n${USE}\nconsole.log(text)`,
    )
    const bundle = await rolldown({ input: entry, platform: 'node', logLevel: 'silent' })
    const made = join(folder, 'server.mjs')
    await bundle.write({ file: made, format: 'esm' })
    await bundle.close()
    const told = execFileSync(process.execPath, [made], { encoding: 'utf8', cwd: folder })
    expect(JSON.parse(told)).toEqual(JSON.parse(expected))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
