/** A checker in the host's own thread, and texts that cost its parser more memory than others: none of it is kept. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

const MIB = 1 << 20

/** Runs `body` where garbage is collected when asked, with a checker of sources of any size; gives what it prints, as JSON. */
function alone<T>(body: string): T {
  const program = `
    import { createChecker } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url))}
    const checker = await createChecker({ limits: { sourceBytes: 64 << 20 } })
    const settled = async () => {
      for (let i = 0; i < 6; i += 1) { gc(); await new Promise((done) => setTimeout(done, 20)) }
      return process.memoryUsage()
    }
    const codes = (source) => checker.check(source).diagnostics.map(({ code }) => code)
    ${body}`
  const printed = execFileSync(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', program],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  )
  return JSON.parse(printed) as T
}

test('a text that kills the parser is refused, and the next one gets another parser', () => {
  // A host that has no more memory to give, well below what the parser may take: tree-sitter aborts.
  const answers = alone<unknown[]>(`
    WebAssembly.Memory.prototype.grow = () => { throw new RangeError('no memory') }
    performance.now = () => 0
    const alphabet = 'a(b[c{d}e]f)=:,.*@\\n '
    const junk = Array.from({ length: 100_000 }, (_, i) => alphabet[(i * 104_729 + i * i % 97) % 20]).join('')
    const ordinary = 'x = 1\\nx.y[1](2)\\n'.repeat(5_000)
    const kill = () => [junk, ordinary, 'import os\\n'].map(codes)
    console.log(JSON.stringify([kill(), kill()]))`)
  const each = [['PR503'], [], ['PR301']]
  expect(answers).toEqual([each, each])
}, 60_000)

test('what a large text takes is given back', () => {
  const { before, least, after, rss } = alone<Record<string, number>>(`
    codes('x = 1\\\n')
    const before = await settled()
    codes('x = y.z[1](2)\\\n'.repeat(100_000))
    const least = process.memoryUsage().rss - before.rss
    codes('x = 1\\\n')
    const after = await settled()
    console.log(JSON.stringify({
      before: before.arrayBuffers, least, after: after.arrayBuffers, rss: after.rss - before.rss,
    }))`)
  // It did take much; else nothing is shown.
  expect(least).toBeGreaterThan(100 * MIB)
  expect(after! - before!).toBeLessThan(32 * MIB)
  expect(rss).toBeLessThan(60 * MIB)
}, 60_000)
