/**
 * What the parser is made of, from this installation's files. In a bundle for a browser, which has no files, this one is replaced
 * by the bytes themselves.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Language, Parser as TreeSitter } from 'web-tree-sitter'

/** Not written into `new URL` itself: a bundler would take what is named there for an asset, and copy a folder of ours. */
const HERE = import.meta.url

/** What `write-grammar.ts` makes of web-tree-sitter: each call gives another instance, and nothing in it waits. */
export type CreateTreeSitter = () => {
  readonly Language: typeof Language
  readonly Parser: { new (): TreeSitter; init(module: object): void }
}

/** The WebAssembly of tree-sitter and of the grammar, and what makes instances of them. */
export async function readInstallation(): Promise<{
  readonly core: Uint8Array<ArrayBuffer>
  readonly grammar: Uint8Array<ArrayBuffer>
  readonly create: CreateTreeSitter
}> {
  const require = process.getBuiltinModule('node:module').createRequire(HERE)
  // Written by write-grammar.ts; the same from `src/`, from `dist/` and from the bundle.
  const at = (name: string): string => fileURLToPath(new URL(`../../dist/grammar/${name}`, HERE))
  const [core, grammar] = await Promise.all([
    readFile(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    readFile(at('tree-sitter-python.wasm')),
  ])
  return { core, grammar, create: require(at('tree-sitter.cjs')) as CreateTreeSitter }
}
