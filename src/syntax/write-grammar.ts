/**
 * Run by the build: copies the Python grammar's WebAssembly and its licence to `dist/grammar/`. Only that one file of
 * tree-sitter-python is used; as a dependency it would bring a native addon, which is compiled where no binary fits (Alpine).
 * Takes no arguments.
 */
import { copyFileSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const from = dirname(createRequire(import.meta.url).resolve('tree-sitter-python/package.json'))
const to = fileURLToPath(new URL('../grammar/', import.meta.url))
mkdirSync(to, { recursive: true })
for (const file of ['tree-sitter-python.wasm', 'LICENSE'])
  copyFileSync(join(from, file), join(to, file))
