/**
 * Run by the build: writes `dist/index.d.cts`, the declarations for CommonJS. `require` loads the same module as `import`, but
 * TypeScript takes declarations of ECMAScript modules for something that CommonJS cannot load. Takes no arguments.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const FROM = "'./index.js' with { 'resolution-mode': 'import' }"
const EXPORT = /^export (type )?\{([^}]+)\} from '[^']+';$/gm

/** Names of classes begin with a capital and go on in small letters; they are values and types alike. */
const CLASS = /^[A-Z]+[a-z]/

const declarations = readFileSync(new URL('./index.d.ts', import.meta.url), 'utf8')
const values: string[] = []
const types: string[] = []
for (const [, onlyTypes, list] of declarations.matchAll(EXPORT)) {
  const names = list!.split(',').map((name) => name.trim())
  ;(onlyTypes === undefined ? values : types).push(...names.filter((name) => name !== ''))
}
if (values.length === 0 || types.length === 0) throw new Error('index.d.ts exports nothing')

writeFileSync(
  new URL('./index.d.cts', import.meta.url),
  [
    '/** pyrestrict for CommonJS: what `require` gives is what `import` gives. */',
    `import type * as all from ${FROM}`,
    `export type { ${types.join(', ')} } from ${FROM}`,
    ...values.map((name) => `export declare const ${name}: typeof all.${name}`),
    ...values.filter((name) => CLASS.test(name)).map((name) => `export type ${name} = all.${name}`),
    '',
  ].join('\n'),
)
