/**
 * Run by the build: writes `dist/grammar/`. The Python grammar's WebAssembly and its licence are copied: only that one file of
 * tree-sitter-python is used; as a dependency it would bring a native addon, which is compiled where no binary fits (Alpine).
 * `tree-sitter.cjs` is web-tree-sitter as a function: each call gives another instance, with a memory of its own, and nothing
 * in it waits. As published there is one in a process, which keeps all memory it ever took and never works again once it has
 * aborted. Takes no arguments; fails when web-tree-sitter is not spelled as expected.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const from = dirname(require.resolve('tree-sitter-python/package.json'))
const to = fileURLToPath(new URL('../grammar/', import.meta.url))
mkdirSync(to, { recursive: true })
for (const file of ['tree-sitter-python.wasm', 'LICENSE'])
  copyFileSync(join(from, file), join(to, file))

/** What starts tree-sitter waits in these places only. With an `instantiateWasm` that answers at once, none needs to. */
const WAITS = [
  ['return async function(moduleArg = {}) {', 'return function(moduleArg = {}) {'],
  ['async function createWasm() {', 'function createWasm() {'],
  [
    'if (Module["instantiateWasm"]) {',
    `{
            Module["instantiateWasm"](info2, receiveInstance);
            return wasmExports;`,
  ],
  ['var result = await instantiateAsync(', 'var result = instantiateAsync('],
  ['wasmExports = await createWasm();', 'wasmExports = createWasm();'],
  ['async function initializeBinding(', 'function initializeBinding('],
  ['return Module2 ??= await (0,', 'return Module2 ??= (0,'],
  ['static async init(moduleOptions) {', 'static init(moduleOptions) {'],
  ['setModule(await initializeBinding(', 'setModule(initializeBinding('],
  // It is given its WebAssembly, and so needs no files, of Node's or of a page's: the same text works in either.
  [
    'var ENVIRONMENT_IS_NODE = typeof process == "object" && process.versions?.node && process.type != "renderer";',
    'var ENVIRONMENT_IS_NODE = false;',
  ],
  ['var fs = require("fs");', 'var fs;'],
] as const

let text = readFileSync(require.resolve('web-tree-sitter'), 'utf8')
for (const [published, ours] of WAITS) {
  if (text.split(published).length !== 2)
    throw new Error(`web-tree-sitter has not exactly one ${JSON.stringify(published)}`)
  text = text.replace(published, () => ours)
}
writeFileSync(
  join(to, 'tree-sitter.cjs'),
  `// Made by the build from web-tree-sitter (MIT, Copyright (c) 2018 Max Brunsfeld): a function that gives an instance.
module.exports = function () {
const module = { exports: {} };
${text.replace(/^\/\/# sourceMappingURL=.*$/m, '')}
return module.exports;
};
`,
)
