/**
 * Run by the build: writes what must start quickly as one file each, in `dist/bundle/`. Measured on the main thread: loading a
 * hundred files takes 50 ms, one of these 10 to 20. Takes no arguments.
 *
 *     index.js           what `pyrestrict` gives a program
 *     cli.js             the command line
 *     check.js           the command line for `pyrestrict check`: other commands are loaded from where they are
 *     worker.js          the script of workers
 *     compile-worker.js  the script of compile workers
 *     check-anywhere.js  what `pyrestrict/check` gives a page
 *
 * Packages stay packages in `index.js`: the program that loads it may have them too. The rules are in all of them, read and
 * validated; the parser's WebAssembly is read from its package.
 */
import { isBuiltin } from 'node:module'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'rolldown'
import { readKindList } from '../check/kind-list.js'
import { loadRules } from '../rules/load.js'
import { readInstallation } from '../syntax/installed.js'

const built = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
const ENTRY = built('cli/entry.js')
const RULES = built('rules/load.js')
const KINDS = built('check/kind-list.js')
const INSTALLED = built('syntax/installed.js')
const FOLDER = built('bundle/')

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

/**
 * A module looks for its files from where it is, and not from where the bundle is. The URL stands apart: see installed.ts. There is
 * none where somebody else's bundler has made CommonJS of this, which installation.ts then says.
 */
const stayHome: Plugin = {
  name: 'stay-home',
  transform: (code, id) =>
    code.includes('import.meta.url')
      ? code.replaceAll(
          'import.meta.url',
          `(BUNDLE && new URL(${JSON.stringify(relative(FOLDER, id))}, BUNDLE).href)`,
        )
      : null,
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

/** Where there are no files: the list of kinds and the parser's WebAssembly, which is half a megabyte, as texts. */
const embedFiles: Plugin = {
  name: 'embed-files',
  // Only a jailed worker takes the shared parser, and nobody has it load a grammar from a file.
  resolveId: (id) => (id === 'web-tree-sitter' || id === 'fs/promises' ? `\0none` : null),
  async load(id) {
    if (id === KINDS) return `export const readKindList = () => ${JSON.stringify(readKindList())}`
    if (id === '\0none') return 'export {}'
    if (id !== INSTALLED) return null
    const { core, grammar } = await readInstallation()
    const inText = (bytes: Uint8Array): string =>
      `Uint8Array.from(atob(${JSON.stringify(Buffer.from(bytes).toString('base64'))}), (c) => c.charCodeAt(0))`
    return `
    import create from '../grammar/tree-sitter.cjs'
    export const readInstallation = async () => ({ core: ${inText(core)}, grammar: ${inText(grammar)}, create })`
  },
}

/** Packages are resolved by who installed them. */
const leavePackages: Plugin = {
  name: 'leave-packages',
  resolveId: (id) => (/^[./\0]/.test(id) || isBuiltin(id) ? null : { id, external: true }),
}

/** Large packages that few commands load, and only when they need them: for a network, and for a shell's completion. */
const RARE = new Set(['undici', 'yargs'])

const leaveRarePackages: Plugin = {
  name: 'leave-rare-packages',
  resolveId: (id) => (RARE.has(id) ? { id, external: true } : null),
}

const FOR_START = {
  platform: 'node',
  plugins: [borrowBuiltins, keepApart, embedRules, stayHome],
} as const
const FOR_COMMANDS = {
  platform: 'node',
  plugins: [leaveRarePackages, borrowBuiltins, embedRules, stayHome],
} as const
const FOR_NODE = {
  platform: 'node',
  plugins: [leavePackages, borrowBuiltins, embedRules, stayHome],
} as const
/** The parser's glue asks for these: webpack says that they are there, and leaves their names in a module, where they are not. */
const NO_FILES = { define: { __filename: 'undefined', __dirname: 'undefined' } }
const FOR_ANY = {
  platform: 'browser',
  plugins: [embedRules, embedFiles],
  transform: NO_FILES,
} as const
const BUNDLES = [
  ['index.js', 'index.js', FOR_NODE],
  ['cli/entry.js', 'cli.js', FOR_COMMANDS],
  ['cli/entry.js', 'check.js', FOR_START],
  ['platform/node/worker.js', 'worker.js', FOR_START],
  ['compile/worker.js', 'compile-worker.js', FOR_START],
  ['check-api.js', 'check-anywhere.js', FOR_ANY],
] as const

for (const [input, file, how] of BUNDLES) {
  await build({
    input: built(input),
    ...how,
    plugins: [...how.plugins],
    logLevel: 'warn',
    // web-tree-sitter's own, for dynamic linking of what is not linked here.
    checks: { eval: false },
    output: {
      file: `${FOLDER}${file}`,
      format: 'esm',
      codeSplitting: false,
      // Stacks of a host's errors show it.
      minify: how !== FOR_NODE,
      ...(how !== FOR_ANY && { intro: 'const BUNDLE = import.meta.url' }),
    },
  })
}
