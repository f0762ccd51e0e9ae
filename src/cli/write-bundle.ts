/**
 * Run by the build: writes `dist/bundle/check.js`, the command line as one file for `pyrestrict check`. The rule files are in
 * it; the WebAssembly of the parser is read from its package, and other commands and rarely needed packages from theirs.
 * Takes no arguments.
 */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'rolldown'
import { readFolder } from '../rules/folder.js'

const ENTRY = fileURLToPath(new URL('./entry.js', import.meta.url))
const FOLDER_MODULE = fileURLToPath(new URL('../rules/folder.js', import.meta.url))
const FILE = fileURLToPath(new URL('../bundle/check.js', import.meta.url))

/** Packages and commands that a plain `check` never needs: loaded from where they are, if ever. */
const APART = new Set(['tinyglobby', './run.js', './rewrite.js', './completion.js', './help.js'])

const embedRules: Plugin = {
  name: 'embed-rules',
  load: (id) => id === FOLDER_MODULE
    ? `const files = ${JSON.stringify(readFolder())}\nexport function readFolder() { return files }` : null,
}

/** What stays apart and is ours is found from the bundle's folder, which is beside that of the command line. */
const keepApart: Plugin = {
  name: 'keep-apart',
  resolveId: (id, importer = '') => APART.has(id) && dirname(importer) === dirname(ENTRY)
    ? { id: id.replace(/^\.\//, '../cli/'), external: true } : null,
}

await build({
  input: ENTRY,
  platform: 'node',
  logLevel: 'warn',
  // web-tree-sitter's own, for dynamic linking of what is not linked here.
  checks: { eval: false },
  plugins: [keepApart, embedRules],
  output: { file: FILE, format: 'esm', codeSplitting: false },
})
