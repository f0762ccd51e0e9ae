/** Where the package cannot work, it says so and what to do: an old Node, a bundle, a run time without Node's jail. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, describe, expect, test } from 'vitest'
import { MAIN, ROOT, SHELL_ENV } from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-surroundings-'))
afterAll(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'node_modules'))
symlinkSync(ROOT, join(folder, 'node_modules/pyrestrict'), 'dir')

function node(
  args: readonly string[],
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env: SHELL_ENV }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

/** Runs a module, with this code before everything else. */
const begun = (first: string, code: string) =>
  node([
    '--import',
    `data:text/javascript,${encodeURIComponent(first)}`,
    '--input-type=module',
    '-e',
    code,
  ])

/** What another run time says of itself. */
const versions = (more: string): string =>
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, ${more} } });`

describe('a Node that is too old', () => {
  const old = `${versions("node: '18.20.4'")} delete process.getBuiltinModule;`

  test('is told by the library, as an error of its own', async () => {
    const { stdout } = await begun(
      old,
      "await import('pyrestrict').catch((error) => console.log(error.name, error.message))",
    )
    expect(stdout).toBe('InstallationError pyrestrict needs Node 20.19 or later; this is 18.20.4\n')
  })

  test('is told by the command line, with status 2 and no stack trace', async () => {
    writeFileSync(join(folder, 'old.mjs'), old)
    const { status, stderr } = await node(['--import', './old.mjs', MAIN, 'check', 'a.py'])
    expect([status, stderr]).toEqual([
      2,
      'pyrestrict: needs Node 20.19 or later; this is 18.20.4\n',
    ])
  })

  test('is no matter to pyrestrict/check, which runs in old pages too', async () => {
    const { stdout } = await begun(
      `${old} for (const name of ['toReversed', 'toSorted', 'toSpliced', 'with']) delete Array.prototype[name]; delete String.prototype.isWellFormed`,
      "const { check } = await import('pyrestrict/check'); console.log((await check('x.__class__')).diagnostics[0].code)",
    )
    expect(stdout).toBe('PR203\n')
  })
})

describe('a bundle', () => {
  // esbuild leaves no URL in CommonJS.
  test.each([
    ['esm', {}],
    ['cjs', {}],
    ['cjs', { 'import.meta.url': 'undefined' }],
  ] as const)(
    'of format %s says that the package is to be left out of it',
    async (format, define) => {
      const entry = join(folder, `entry-${format}.mjs`)
      writeFileSync(entry, "import { check } from 'pyrestrict'\ncheck('1').then(console.log)\n")
      const bundle = await rolldown({
        input: entry,
        platform: 'node',
        logLevel: 'silent',
        transform: { define },
      })
      const file = join(folder, `bundle-${format}.${format === 'cjs' ? 'cjs' : 'mjs'}`)
      await bundle.write({ file, format, codeSplitting: false })
      const { status, stderr } = await node([file])
      expect([status, /^InstallationError: .*$/m.exec(stderr)?.[0]]).toEqual([
        1,
        'InstallationError: pyrestrict cannot find its own files (the rules, the parser, the guest image). If it was bundled, tell ' +
          'the bundler to leave it out: external: ["pyrestrict"] (esbuild, Rollup), ssr.external (Vite), externals (webpack), ' +
          'serverExternalPackages (Next.js). If not, install it again.',
      ])
    },
  )

  test('that leaves it out works', async () => {
    const entry = join(folder, 'entry-external.mjs')
    writeFileSync(entry, "import { check } from 'pyrestrict'\nconsole.log((await check('1')).ok)\n")
    const bundle = await rolldown({ input: entry, platform: 'node', external: ['pyrestrict'] })
    const file = join(folder, 'bundle-external.mjs')
    await bundle.write({ file, format: 'esm' })
    expect((await node([file])).stdout).toBe('true\n')
  })
})

describe('a run time without the permission model', () => {
  test.each([
    ['bun', 'Bun'],
    ['deno', 'Deno'],
  ])('%s gets no jail that is none', async (version, name) => {
    const { stdout } = await begun(
      versions(`${version}: '1.0.0'`),
      `import { createSandbox } from 'pyrestrict'
       await createSandbox().catch((error) => console.log(error.name, error.message))
       const sandbox = await createSandbox({}, { isolation: 'thread' })
       console.log((await sandbox.run('1 + 1')).value)
       await sandbox.close()`,
    )
    expect(stdout).toBe(
      `PolicyError isolation: "process" is a jail by Node's permission model, which ${name} does not have. Run this under Node, ` +
        'or choose "thread" or "inline", where WebAssembly alone holds the guest\n2\n',
    )
  })
})

describe('loading the library', () => {
  test('adds no listener, and neither does checking', async () => {
    const { stdout } = await begun(
      '',
      // Node listens for the exit itself while a module is loading.
      `const names = () => process.eventNames().flatMap((name) => process.listeners(name).map(() => name)).join()
       setTimeout(async () => {
         const before = names()
         const { check } = await import('pyrestrict')
         await check('1')
         console.log(names() === before)
       })`,
    )
    expect(stdout).toBe('true\n')
  })
})

test('a system that has no descriptors left is an overload, which passes', async () => {
  const { stdout } = await begun(
    '',
    `import { openSync, closeSync } from 'node:fs'
     import { check, createSandbox } from 'pyrestrict'
     await check('1')
     const open = []
     try { for (;;) open.push(openSync('/dev/null', 'r')) } catch {}
     await createSandbox({}, { isolation: 'thread' }).catch((error) => console.log(error.name, /EMFILE/.test(error.message)))
     open.forEach((fd) => closeSync(fd))
     const sandbox = await createSandbox({}, { isolation: 'thread' })
     console.log((await sandbox.run('1 + 1')).value)
     await sandbox.close()`,
  )
  expect(stdout).toBe('OverloadError true\n2\n')
})
