/**
 * Run by the build: writes what must start quickly as one file each. `dist/bundle/check.js` is the command line for
 * `pyrestrict check`, `dist/bundle/compile-worker.js` the script of compile workers. Measured on the main thread: loading a
 * hundred files takes 50 ms, one of these 10 to 20. The rules are in them, read and validated; the parser's WebAssembly is read
 * from its package, other commands and rarely needed packages are loaded from where they are. Takes no arguments.
 */
import { isBuiltin } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'rolldown'
import { loadRules } from '../rules/load.js'

const ENTRY = fileURLToPath(new URL('./entry.js', import.meta.url))
const RULES = fileURLToPath(new URL('../rules/load.js', import.meta.url))
const COMPILE_WORKER = fileURLToPath(new URL('../compile/worker.js', import.meta.url))

/** Packages and commands that a plain `check` never needs. */
const APART = new Set([
  'tinyglobby',
  './run.js',
  './rewrite.js',
  './audit.js',
  './rule.js',
  './rules.js',
  './policy.js',
  './repl.js',
  './completion.js',
  './help.js',
  './check-threads.js',
  './fix-files.js',
])

/** What stays apart and is ours is found from the bundle's folder, which is beside that of the command line. */
const keepApart: Plugin = {
  name: 'keep-apart',
  resolveId: (id, importer = '') =>
    APART.has(id) && dirname(importer) === dirname(ENTRY)
      ? { id: id.replace(/^\.\//, '../cli/'), external: true }
      : null,
}

const embedRules: Plugin = {
  name: 'embed-rules',
  load: (id) =>
    id !== RULES
      ? null
      : `
    const files = JSON.parse(${JSON.stringify(JSON.stringify([...loadRules().values()]))})
    const rules = new Map(files.map((file) => [file.rule.code, file]))
    export const loadRules = () => rules
    export const explain = (code) => rules.get(code)?.rule`,
}

/** An import of a module of Node's copies all its exports, and so loads all that it loads on demand: streams, for node:fs. */
const borrowBuiltins: Plugin = {
  name: 'borrow-builtins',
  // The bundler's own runtime makes this very kind of module, and cannot be made of it.
  resolveId: (id, importer = '') =>
    isBuiltin(id) && !importer.includes('rolldown/runtime')
      ? { id: `\0builtin:${id}`, moduleSideEffects: false }
      : null,
  load: (id) =>
    id.startsWith('\0builtin:')
      ? {
          code: `module.exports = process.getBuiltinModule(${JSON.stringify(id.slice('\0builtin:'.length))})`,
          moduleType: 'js',
        }
      : null,
}

const BUNDLES = [
  [ENTRY, '../bundle/check.js'],
  [COMPILE_WORKER, '../bundle/compile-worker.js'],
] as const

for (const [input, file] of BUNDLES) {
  await build({
    input,
    platform: 'node',
    logLevel: 'warn',
    // web-tree-sitter's own, for dynamic linking of what is not linked here.
    checks: { eval: false },
    plugins: [borrowBuiltins, keepApart, embedRules],
    output: {
      file: fileURLToPath(new URL(file, import.meta.url)),
      format: 'esm',
      codeSplitting: false,
      minify: true,
    },
  })
}
