/** Data flows one way: each layer imports only from those to its left, each ring of the trusted base from those inside it. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { RINGS, filesOf, totalOf } from './habits/rings.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', 'src')

/** From left to right; a file belongs to the folder or the module of that name. */
const LAYERS = [
  'trusted',
  'translate',
  'guest',
  'full',
  'platform',
  'image',
  'diagnostic',
  'errors',
  'installation',
  'syntax',
  'rules',
  'check',
  'rewrite',
  'policy',
  'pipeline',
  'check-api',
  'library',
  'compile',
  'sandbox',
  'report',
  'cli',
  'index',
  'write-commonjs-types',
]

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|py)$/.test(name))
  .map((name) => name.replaceAll('\\', '/'))

const layerOf = (file: string): number => LAYERS.indexOf(file.split('/')[0]!.replace(/\.ts$/, ''))
const ringOf = (file: string): number =>
  RINGS.findIndex(({ name }) => file.startsWith(`trusted/${name}/`))

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target]) =>
    relative(root, join(root, dirname(file), target!)).replaceAll('\\', '/'),
  )
}

describe('layers', () => {
  test('ARCHITECTURE.md tells them in their order', () => {
    const told = readFileSync(join(root, '../ARCHITECTURE.md'), 'utf8')
    expect(/^`(trusted ·.*)`$/m.exec(told)?.[1]).toBe(LAYERS.join(' · '))
  })

  test('every file of src belongs to a layer', () => {
    expect(files.filter((file) => layerOf(file) < 0)).toEqual([])
  })

  test.each(files.filter((file) => file.endsWith('.ts')))(
    '%s imports only from the left',
    (file) => {
      const wrong = importsOf(file).filter((target) => layerOf(target) > layerOf(file))
      expect(wrong).toEqual([])
    },
  )

  test('a sandbox loads no parser: whatever reads a source is in the compile workers', () => {
    const reached = new Set(['sandbox/sandbox.ts'])
    for (const file of reached)
      for (const [, target] of readFileSync(join(root, file), 'utf8').matchAll(
        /^(?:import|export) (?!type\b)[^;']*? from '(\.[^']+)\.js'/gm,
      ))
        reached.add(relative(root, join(root, dirname(file), `${target}.ts`)).replaceAll('\\', '/'))
    expect(reached).toContain('sandbox/traceback.ts')
    expect(
      [...reached].filter((file) => /^(syntax|rules|check)\/(parse|load|checker)/.test(file)),
    ).toEqual([])
  })

  test('the trusted base imports nothing of ours from outside', () => {
    const outside = files
      .filter((file) => file.startsWith('trusted/') && file.endsWith('.ts'))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => !target.startsWith('trusted/'))
          .map((target) => `${file} → ${target}`),
      )
    expect(outside).toEqual([])
  })
})

/** Lines of a file at most; larger ones are two jobs. */
const MOST_LINES = 300
describe('files', () => {
  test(`no file is above ${MOST_LINES} lines`, () => {
    const linesOf = (file: string): number =>
      readFileSync(join(root, file), 'utf8').split('\n').length - 1
    expect(files.filter((file) => linesOf(file) > MOST_LINES)).toEqual([])
  })
})

describe('comments', () => {
  const source = (file: string): string => readFileSync(join(root, file), 'utf8')

  test('every exported declaration has a doc comment of words above it; one signature of a function is enough', () => {
    const DECLARATION =
      /(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\n)?^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:const enum|class|function\*?|interface|type|const|let|enum) +([\w$]+)/gm
    const bare = files
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const declared = [...source(file).matchAll(DECLARATION)]
        const told = new Set(
          declared
            .filter(([, comment = '']) => /^[*\s]*[^@*\s]/.test(comment.replace('@internal', '')))
            .map(([, , name]) => name!),
        )
        const names = new Set(declared.map(([, , name]) => name!))
        return [...names].filter((name) => !told.has(name)).map((name) => `${file}: ${name}`)
      })
    expect(bare).toEqual([])
  })
  const python = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.py'),
  )

  test('every {@link} leads to a name of its own file, or to one that another file declares', () => {
    const declared = new Set(
      files.flatMap((file) =>
        [...source(file).matchAll(/(?:class|interface|function|const|type) (\w+)/g)].map(
          ([, name]) => name!,
        ),
      ),
    )
    const dead = files.flatMap((file) => {
      const code = source(file).replace(/\/\*[^]*?\*\/|\/\/.*/g, '')
      return [...source(file).matchAll(/\{@link ([A-Za-z_]\w*)/g)]
        .filter(([, name]) => !declared.has(name!) && !new RegExp(`\\b${name}\\b`).test(code))
        .map(([link]) => `${file}: ${link}`)
    })
    expect(dead).toEqual([])
  })

  test('every file of ours that the trusted base names is there', () => {
    const all = [...files, ...python].map((file) => `/${file}`)
    const missing = [...files, ...python]
      .filter((file) => file.startsWith('trusted/'))
      .flatMap((file) =>
        [...source(file).matchAll(/(?<![\w/'.@<-])(?:src\/)?((?:[\w-]+\/)*[\w-]+\.(?:ts|py))\b/g)]
          .filter(([, name]) => !all.some((known) => known.endsWith(`/${name}`)))
          .map(([, name]) => `${file}: ${name}`),
      )
    // CPython's own.
    expect([...new Set(missing)]).toEqual([
      'trusted/language/floor/ordered.py: collections/__init__.py',
    ])
  })
})

describe('rings', () => {
  test('every trusted file lies in a ring', () => {
    const trusted = files.filter((file) => file.startsWith('trusted/'))
    expect(trusted.filter((file) => ringOf(file) < 0)).toEqual([])
  })

  test('the rings know no platform: whoever starts them hands them what is of Node', () => {
    const NODE =
      /(?:from|import\s*\()\s*['"]node:|\b(?:Buffer\.|process\.|setImmediate|NodeJS\.|require\(|__dirname)/
    const bound = files
      .filter((file) => file.startsWith('trusted/') && file.endsWith('.ts'))
      .filter((file) =>
        NODE.test(readFileSync(join(root, file), 'utf8').replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '')),
      )
    expect(bound).toEqual([])
  })

  test('a ring imports nothing from a ring outside it', () => {
    const outwards = files
      .filter((file) => file.startsWith('trusted/') && file.endsWith('.ts'))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => target.startsWith('trusted/') && ringOf(target) > ringOf(file))
          .map((target) => `${file} → ${target}`),
      )
    expect(outwards).toEqual([])
  })

  test.each(RINGS)('$name keeps to its budgets', ({ name, lines, tokens }) => {
    const total = totalOf(name)
    expect(filesOf(name).length).toBeGreaterThan(0)
    const told = `of ${name}: its budget is in test/habits/rings.mjs, \`npm run base\` tells what is large`
    expect(total.lines, `lines ${told}`).toBeLessThanOrEqual(lines)
    expect(total.tokens, `tokens ${told}`).toBeLessThanOrEqual(tokens)
  })
})
