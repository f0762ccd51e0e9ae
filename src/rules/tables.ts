/**
 * The tables of names that rules refer to: `(#in? @deny denied-attributes)` means `DENIED_ATTRIBUTES` of
 * src/trusted/language/language.ts, and `(#set! hints dunder-attribute-hints)` means `DUNDER_ATTRIBUTE_HINTS` of hints.ts.
 */
import * as language from '../trusted/language/language.js'
import * as hints from './hints.js'

const constant = (name: string): string => name.replaceAll('-', '_').toUpperCase()

/** Made when first asked for: most of the tables are never asked for by a rule. */
const tables = new Map<string, ReadonlySet<string>>()

/** The names in the table that rules call `name`; undefined when there is none. A record stands for its keys. */
export function tableOf(name: string): ReadonlySet<string> | undefined {
  const known = tables.get(name)
  if (known !== undefined) return known
  const key = constant(name)
  const table: unknown = Object.hasOwn(language, key)
    ? language[key as keyof typeof language]
    : undefined
  if (typeof table !== 'object' || table === null) return undefined
  const names = new Set(Array.isArray(table) ? (table as readonly string[]) : Object.keys(table))
  tables.set(name, names)
  return names
}

/** What to write instead of each name, from the table that rules call `name`; undefined when there is none. */
export function hintsOf(name: string): ReadonlyMap<string, string> | undefined {
  const key = constant(name)
  return Object.hasOwn(hints, key)
    ? new Map(Object.entries(hints[key as keyof typeof hints]))
    : undefined
}
