/** `npm run base`: each ring of the trusted base with its files, lines, tokens, budgets and claim. Status 1 over budget. */
import { filesOf, RINGS, totalOf } from './rings.mjs'

const all = { files: 0, lines: 0, tokens: 0 }
for (const { name, claim, lines, tokens } of RINGS) {
  const total = totalOf(name)
  for (const key of Object.keys(all)) all[key] += total[key]
  const over = total.lines > lines || total.tokens > tokens
  if (over) process.exitCode = 1
  console.log(
    `${name}: ${total.files} files, ${total.lines} of ${lines} lines, ${total.tokens} of ${tokens} tokens${over ? ' (over budget)' : ''}`,
  )
  console.log(`  ${claim}`)
  const [hardest] = filesOf(name)
  if (hardest)
    console.log(`  largest: ${hardest.file} (${hardest.lines} lines, ${hardest.tokens} tokens)`)
}
console.log(`all: ${all.files} files, ${all.lines} lines, ${all.tokens} tokens`)
