/**
 * What flatten.ts has to know of a language, read once out of tree-sitter's WebAssembly memory: which kinds are public and named, and
 * the aliases and fields of children by production and position. Undefined for a language that is not laid out as expected.
 */
import type { Language } from 'web-tree-sitter'
import { ERROR_KIND, NAMED } from './tree.js'

/** Offsets into `TSLanguage`, in bytes: what `parser.h` declares, in its order. */
const LANGUAGE = {
  abi: 0,
  symbolCount: 4,
  aliasCount: 8,
  productionCount: 28,
  fieldCount: 32,
  maxAliasLength: 36,
  fieldSlices: 64,
  fieldEntries: 68,
  symbolMetadata: 72,
  publicSymbols: 76,
  aliasSequences: 84,
} as const

const ABI = 15
/** More children than this in one production and our field table would be too narrow; the Python grammar has 10. */
const FIELD_SLOTS = 64

/** What the language's tables say about children by production and position, copied once. */
export interface Tables {
  readonly maxAlias: number
  readonly aliases: Uint16Array
  readonly fieldWidth: number
  readonly fields: Uint8Array
  readonly publicKind: Uint16Array
  readonly named: Uint8Array
}

/** The tables of the language at `address`. */
export function readTables(
  address: number,
  language: Language,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
): Tables | undefined {
  const word = (offset: number): number => u32[(address + offset) >> 2]
  const symbolCount = word(LANGUAGE.symbolCount)
  const fieldCount = word(LANGUAGE.fieldCount)
  const productionCount = word(LANGUAGE.productionCount)
  const maxAlias = u16[(address + LANGUAGE.maxAliasLength) >> 1]
  if (
    word(LANGUAGE.abi) !== ABI ||
    language.abiVersion !== ABI ||
    symbolCount + word(LANGUAGE.aliasCount) !== language.nodeTypeCount ||
    fieldCount !== language.fieldCount ||
    fieldCount > 255 ||
    productionCount > 65535 ||
    maxAlias > FIELD_SLOTS
  )
    return undefined

  const aliases = new Uint16Array(productionCount * maxAlias)
  const sequences = word(LANGUAGE.aliasSequences) >> 1
  // Production 0 has no aliases; its row in the language's table is not initialised.
  for (let i = maxAlias; i < aliases.length; i += 1) aliases[i] = u16[sequences + i]

  const fields = new Uint8Array(productionCount * FIELD_SLOTS)
  const slices = word(LANGUAGE.fieldSlices) >> 1
  const entries = word(LANGUAGE.fieldEntries)
  for (let production = 0; production < productionCount; production += 1) {
    const first = u16[slices + 2 * production]
    const length = u16[slices + 2 * production + 1]
    for (let entry = entries + 4 * first; entry < entries + 4 * (first + length); entry += 4) {
      const child = u8[entry + 2]
      const inherited = u8[entry + 3]
      if (child >= FIELD_SLOTS) return undefined
      // Inherited fields belong to a hidden child's own children and are found when those are visited.
      const slot = production * FIELD_SLOTS + child
      if (inherited === 0 && fields[slot] === 0) fields[slot] = u16[entry >> 1]
    }
  }

  const publicKind = new Uint16Array(65536)
  const named = new Uint8Array(65536)
  const metadata = word(LANGUAGE.symbolMetadata)
  const publicSymbols = word(LANGUAGE.publicSymbols) >> 1
  for (let symbol = 0; symbol < language.nodeTypeCount; symbol += 1) {
    publicKind[symbol] = u16[publicSymbols + symbol]
    named[symbol] = u8[metadata + 3 * symbol + 1] === 0 ? 0 : NAMED
  }
  publicKind[ERROR_KIND] = ERROR_KIND
  publicKind[ERROR_KIND - 1] = ERROR_KIND - 1
  named[ERROR_KIND] = NAMED
  return { maxAlias, aliases, fieldWidth: FIELD_SLOTS, fields, publicKind, named }
}
