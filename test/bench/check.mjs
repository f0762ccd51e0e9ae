// `check` against tree-sitter's own parse of the same text, interleaved in one process. Prints the best of the rounds and ratios; with
// --assert it fails when checking takes more than 1.25 times the parse. Run it after `npm run build`.
//   node test/bench/check.mjs [rounds] [--assert]
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { inflateRawSync } from 'node:zlib'
import { Language, Parser } from 'web-tree-sitter'
import { createChecker } from '../../dist/index.js'
import { loadParser } from '../../dist/syntax/parse.js'
import { figure, isBrief } from './figures.mjs'

const rounds = Number(
  process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? (isBrief ? 9 : 25),
)
const { resolve } = createRequire(import.meta.url)

/** The Python files of a zip: enough of the format for pyodide's. */
function* pythonFiles(path) {
  const zip = readFileSync(path)
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  let at = zip.readUInt32LE(end + 16)
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const [method, size, nameLength] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
    ]
    const [extra, comment, local] = [
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
      zip.readUInt32LE(at + 42),
    ]
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const data = zip.subarray(start, start + size)
    if (name.endsWith('.py')) yield (method === 8 ? inflateRawSync(data) : data).toString('utf8')
    at += 46 + nameLength + extra + comment
  }
}

const stdlib = [...pythonFiles(resolve('pyodide/python_stdlib.zip'))]
const formulas = [
  'price * quantity',
  'round(price * (1 + tax / 100), 2)',
  'sum(item.total for item in rows if item.kind == "a") / max(len(rows), 1)',
  '"high" if score > 90 else "middle" if score > 60 else "low"',
  'lookup[key.strip().lower()][0:3] + suffix',
  'min(a, b, c) ** 2 - abs(x - y) // 3 % 7',
  '{k: v for k, v in zip(names, values) if v is not None}',
  'f"{first} {last!r:>20} {total:,.2f}"',
  'any(x in text for x in words) and not (flag or other)',
  'datetime.date(year, month, 1) + datetime.timedelta(days=n)',
]

const checker = await createChecker({ modules: 'standard' })
const ours = await loadParser()
await Parser.init()
const theirs = new Parser()
theirs.setLanguage(await Language.load(resolve('tree-sitter-python/tree-sitter-python.wasm')))

const contenders = {
  'tree-sitter parse': (text) => theirs.parse(text).delete(),
  'parse to flat tree': (text) => ours.parse(text),
  check: (text) => checker.check(text),
}

const large = stdlib
  .filter((text) => text.length > 20_000)
  .slice(0, 40)
  .join('\n')
  .slice(0, 1_050_000)
const sets = {
  formulas: { texts: formulas, repeat: 20 },
  'one 1 KB formula': {
    texts: [`(${formulas.slice(0, 8).join(') + (')})`.repeat(2).replace(')(', ') + (')],
    repeat: 10,
  },
  'accepted stdlib modules': {
    texts: stdlib.filter(
      (text) => text.length > 2000 && checker.check(text).diagnostics.length < 5,
    ),
    repeat: 1,
  },
  '1 MB file': { texts: [large.slice(0, large.lastIndexOf('\ndef '))], repeat: 1 },
}

let worst = 0
for (const [name, { texts, repeat }] of Object.entries(sets)) {
  // The best time of each text, summed: what others do on the machine disturbs some rounds, seldom all of them.
  const best = Object.fromEntries(
    Object.keys(contenders).map((contender) => [contender, texts.map(() => Infinity)]),
  )
  for (let round = -3; round < rounds; round++) {
    for (const [index, text] of texts.entries()) {
      for (const [contender, work] of Object.entries(contenders)) {
        const started = performance.now()
        for (let again = 0; again < repeat; again++) work(text)
        if (round >= 0)
          best[contender][index] = Math.min(
            best[contender][index],
            (performance.now() - started) / repeat,
          )
      }
    }
  }
  const bytes = texts.reduce((sum, text) => sum + text.length, 0)
  const total = (contender) => best[contender].reduce((sum, ms) => sum + ms)
  const base = total('tree-sitter parse')
  for (const contender of Object.keys(contenders)) {
    const ms = total(contender)
    console.log(
      `${name.padEnd(24)} ${contender.padEnd(20)} ${ms.toFixed(2).padStart(8)} ms ${(bytes / ms / 1000).toFixed(1).padStart(6)} MB/s ${(ms / base).toFixed(2)}x`,
    )
  }
  worst = Math.max(worst, total('check') / base)
  figure(`check: ${name}`, total('check') / base)
}
if (process.argv.includes('--assert') && worst > 1.25) {
  console.error(`check takes ${worst.toFixed(2)} times the parse; at most 1.25 is promised`)
  process.exitCode = 1
}
