/**
 * The tables of names that rules refer to: `(#in? @deny denied-attributes)` means `DENIED_ATTRIBUTES` of
 * src/trusted/language.ts, and `(#set! hints dunder-attribute-hints)` means `DUNDER_ATTRIBUTE_HINTS` of hints.ts.
 */
import * as language from '../trusted/language.js'
import * as hints from './hints.js'

const constant = (name: string): string => name.replaceAll('-', '_').toUpperCase()

/** The names in the table that rules call `name`; undefined when there is none. A record stands for its keys. */
export function tableOf(name: string): ReadonlySet<string> | undefined {
  const table = new Map<string, unknown>(Object.entries(language)).get(constant(name))
  if (Array.isArray(table)) return new Set(table as readonly string[])
  return typeof table === 'object' && table !== null ? new Set(Object.keys(table)) : undefined
}

/** What to write instead of each name, from the table that rules call `name`; undefined when there is none. */
export function hintsOf(name: string): ReadonlyMap<string, string> | undefined {
  const table = new Map<string, Readonly<Record<string, string>>>(Object.entries(hints)).get(constant(name))
  return table === undefined ? undefined : new Map(Object.entries(table))
}
