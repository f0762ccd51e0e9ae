/** Data flows one way: each layer imports only from those to its left, and the trusted base imports nothing of ours. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { TABLES, TRUSTED_BUDGET, codeLines } from './support/trusted-size.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', 'src')

/** From left to right; a file belongs to the folder or the module of that name. */
const LAYERS = [
  'trusted',
  'platform',
  'image',
  'diagnostic',
  'errors',
  'syntax',
  'rules',
  'check',
  'rewrite',
  'policy',
  'pipeline',
  'sandbox',
  'report',
  'cli',
  'index',
]

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|py)$/.test(name))
  .map((name) => name.replaceAll('\\', '/'))

const layerOf = (file: string): number => LAYERS.indexOf(file.split('/')[0]!.replace(/\.ts$/, ''))

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target]) =>
    relative(root, join(root, dirname(file), target!)).replaceAll('\\', '/'),
  )
}

describe('layers', () => {
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

  test('the trusted base stays small enough to audit in a day', () => {
    const trusted = files.filter((file) => file.startsWith('trusted/') && !TABLES.includes(file))
    const total = trusted.reduce((sum, file) => sum + codeLines(join(root, file)), 0)
    expect(total).toBeGreaterThan(0)
    expect(total).toBeLessThanOrEqual(TRUSTED_BUDGET)
  })
})
