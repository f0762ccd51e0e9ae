/** The rewriter over the real parser, and the fixtures that show what it writes. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRewriter, type Rewriting } from '../../src/rewrite/rewrite.js'
import { loadParser } from '../../src/syntax/parse.js'

/** Rewrites a source that has no errors. */
export type Rewrite = (source: string) => Rewriting

/** The parser and the rewriter as one function; it throws `SyntaxError` on a source that tree-sitter finds errors in. */
export async function loadRewrite(): Promise<Rewrite> {
  const parser = await loadParser()
  const rewriteTree = createRewriter(parser)
  return (source) => {
    const tree = parser.parse(source)
    if (tree.hasError) throw new SyntaxError(`not parsed: ${source}`)
    return rewriteTree(tree)
  }
}

const folder = join(import.meta.dirname, '../../fixtures/guards')
const ARROW = '  # -> '

/** One file of `fixtures/guards`: `a.b  # -> _getattr_(a,'b')`, line by line; a line without an arrow stays as it is. */
export interface GuardFixture {
  readonly name: string
  readonly source: string
  readonly expected: string
}

export function guardFixtures(): GuardFixture[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .map((name) => {
      const lines = readFileSync(join(folder, name), 'utf8').split('\n')
      return {
        name,
        source: lines.map((line) => line.split(ARROW)[0]!).join('\n'),
        expected: lines.map((line) => line.split(ARROW)[1] ?? line).join('\n'),
      }
    })
}
