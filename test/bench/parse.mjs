/**
 * What the first half of a check costs, relative to tree-sitter's bare parse of the same text: flattening, mending, the
 * table of kinds, the shape checks and the lines. One process, interleaved, medians of processor time; a ratio is
 * comparable between machines, a speed is not.
 *
 *     npm run build && node test/bench/parse.mjs [file.py ...]
 */
import { readFileSync } from 'node:fs'
import { loadKindTable, reportDeniedKind } from '../../dist/check/kinds.js'
import { createShapes } from '../../dist/check/shapes.js'
import { examine } from '../../dist/syntax/examine.js'
import { loadLanguage } from '../../dist/syntax/language.js'
import { loadParser } from '../../dist/syntax/parse.js'
import { Source } from '../../dist/syntax/source.js'
import { formulas, program } from './sources.mjs'

const parser = await loadParser()
const { parser: bare } = await loadLanguage()
const table = loadKindTable(parser)
const shapes = createShapes(parser)
const limits = { sourceBytes: 1e8, depth: 1000 }

const bareParse = (text) => bare.parse(text).delete()
const flatten = (text) => void parser.parse(text)
const examined = (text) => {
  const source = new Source(text)
  const { tree, diagnostics } = examine(parser, source, limits)
  if (tree === undefined)
    throw new Error(`a benchmark's source is refused: ${JSON.stringify(diagnostics[0])}`)
  const report = (rule, start) => {
    throw new Error(`a benchmark's source is refused: ${rule.code} at ${start}`)
  }
  const { denied } = table
  const { checks } = shapes
  const { kind, count } = tree
  for (let node = 0; node < count; node += 1) {
    const of = kind[node]
    if (denied[of] !== 0) reportDeniedKind(table, tree, node, report)
    const check = checks[of]
    if (check !== undefined) check(tree, node, report)
  }
  shapes.checkLines(tree, report)
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1]

function measure(name, texts, rounds) {
  const work = [bareParse, flatten, examined]
  const times = work.map(() => [])
  // A checker is called many times: what is measured is not the compiler's first look.
  for (let round = 0; round < rounds / 4; round += 1)
    for (const run of work) for (const text of texts) run(text)
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, run] of work.entries()) {
      const begun = process.cpuUsage()
      for (const text of texts) run(text)
      const { user, system } = process.cpuUsage(begun)
      times[index].push(user + system)
    }
  }
  const [parse, flat, all] = times.map(median)
  const size = texts.reduce((sum, text) => sum + text.length, 0)
  const ratio = (time) => (time / parse).toFixed(3).padStart(8)
  console.log(
    `${name.padEnd(24)}${(size / parse).toFixed(1).padStart(8)} MB/s${ratio(flat)}${ratio(all)}`,
  )
}

console.log(`${''.padEnd(24)}   bare parse flattened  checked`)
measure('formulas', formulas, 80)
measure('program of 1 MB', [program], 15)
for (const file of process.argv.slice(2)) measure(file.slice(-24), [readFileSync(file, 'utf8')], 15)
