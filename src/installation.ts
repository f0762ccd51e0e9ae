/**
 * Refuses to be loaded where this package cannot work, and says what to do: in a Node that is too old, or bundled away from its
 * own files. Imported first by index.ts; without it, the first thing that is missing would be told by a riddle.
 */
import { InstallationError } from './errors.js'

/** From `src` as from `dist`. */
const OWN_FILE = '../grammar-rules/kinds.txt'

if (typeof process !== 'undefined') {
  if (typeof process.getBuiltinModule !== 'function')
    throw new InstallationError(
      `pyrestrict needs Node 20.19 or later; this is ${process.versions.node}`,
    )
  // A bundler that makes CommonJS leaves no URL at all.
  const url = import.meta.url as string | undefined
  const { existsSync } = process.getBuiltinModule('node:fs')
  if (url === undefined || !existsSync(new URL(OWN_FILE, url)))
    throw new InstallationError(
      'pyrestrict cannot find its own files (the rules, the parser, the guest image). If it was bundled, tell the bundler to leave ' +
        'it out: external: ["pyrestrict"] (esbuild, Rollup), ssr.external (Vite), externals (webpack), serverExternalPackages ' +
        '(Next.js). If not, install it again.',
    )
}
