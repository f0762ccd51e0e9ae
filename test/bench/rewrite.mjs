/**
 * Rewriting and checking against tree-sitter's own parse of the same text, interleaved, best of the rounds. With --assert it
 * fails when check and rewrite together take more than 1.6 times as long as the parse.
 *     node test/bench/rewrite.mjs [rounds] [--assert]
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createChecker } from '../../dist/index.js'
import { createRewriter } from '../../dist/rewrite/rewrite.js'
import { loadLanguage } from '../../dist/syntax/language.js'
import { loadParser } from '../../dist/syntax/parse.js'

const rounds = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 200)
const folder = new URL('../../fixtures/bench/', import.meta.url)
const programs = readdirSync(folder)
  .filter((name) => name.endsWith('.py'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
const formulas = [
  'price * qty',
  'sum(line.price * line.qty for line in lines if line.active)',
  "round(a[0].b / max(c.d, 1), 2) if c else d['k'][1:3]",
  "f'{name.title()}: {total:>10.2f}'",
]
/** Texts, and how often each is handled in one round. */
const inputs = {
  'twelve programs': [programs, 1],
  'one text of 50 KB': [
    [
      Array.from({ length: 8 }, () => programs)
        .flat()
        .join('\n')
        .slice(0, 50_000)
        .replace(/\n[^\n]*$/, '\n'),
    ],
    1,
  ],
  formulas: [formulas, 10],
}

const checker = await createChecker({ modules: 'standard' })
const parser = await loadParser()
const rewriteTree = createRewriter(parser)
const { parser: bare } = await loadLanguage()
const steps = {
  parse: (text) => bare.parse(text).delete(),
  'and flatten': (text) => parser.parse(text),
  // The length makes V8 lay the text out, as whoever reads it would.
  'and rewrite': (text) => Buffer.byteLength(rewriteTree(parser.parse(text)).code),
  check: (text) => checker.check(text),
  'check and rewrite': (text) => {
    const result = checker.rewrite(text)
    if (result.ok) Buffer.byteLength(result.code)
  },
}

let failed = false
for (const [name, [texts, times]] of Object.entries(inputs)) {
  const best = Object.fromEntries(Object.keys(steps).map((step) => [step, Infinity]))
  for (let round = 0; round < rounds; round++) {
    for (const [step, run] of Object.entries(steps)) {
      const started = performance.now()
      for (let time = 0; time < times; time++) for (const text of texts) run(text)
      best[step] = Math.min(best[step], performance.now() - started)
    }
  }
  const size = times * texts.reduce((sum, text) => sum + text.length, 0)
  console.log(`${name}: ${(size / 1024 / best.parse).toFixed(1)} KB/ms parsed`)
  for (const step of Object.keys(steps).slice(1))
    console.log(`  ${step.padEnd(20)} ${(best[step] / best.parse).toFixed(2)}x`)
  if (best['check and rewrite'] > 1.6 * best.parse) failed = true
}
if (failed && process.argv.includes('--assert')) {
  console.error('check and rewrite take more than 1.6 times as long as the parse')
  process.exit(1)
}
