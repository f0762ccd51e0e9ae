/** What a module gives to who imports it: the names it binds, and those that a star takes of it. */
import type { Reading } from '../rules/reading.js'
import type { Tree } from '../syntax/tree.js'
import type { KnownKinds } from './kind-ids.js'
import { BOUND, MODULE, type Symbols } from './symbols.js'

/** What one module gives. `check` tells it of the host's own modules, whose importers are held to it. */
export interface Surface {
  /** Public names that its own code binds at its level. */
  readonly names: readonly string[]
  /** What `__all__` lists, where it is a list of literal strings. */
  readonly all: readonly string[] | undefined
  /** Modules of which it takes all by a star. */
  readonly starred: readonly string[]
}

/** @internal Of a source that was just gone through. */
export function surfaceOf(
  tree: Tree,
  kinds: KnownKinds,
  reading: Reading,
  symbols: Symbols,
  starred: readonly string[],
): Surface {
  const names: string[] = []
  for (let symbol = 1; symbol <= symbols.count; symbol += 1) {
    if (symbols.scope[symbol] !== MODULE || (symbols.marks[symbol] & BOUND) === 0) continue
    const name = reading.names.text(symbols.name[symbol])
    if (!name.startsWith('_')) names.push(name)
  }
  return { names, all: listed(tree, kinds, reading), starred: [...starred] }
}

/** The strings of the last `__all__ = [...]` at the level of the module. */
function listed(tree: Tree, kinds: KnownKinds, reading: Reading): readonly string[] | undefined {
  const { kind, skip } = tree
  let found: string[] | undefined
  for (let statement = 1; statement < tree.count; statement = skip[statement]!) {
    const assignment = statement + 1
    const left = assignment + 1
    if (kind[statement] !== kinds.expression_statement || kind[assignment] !== kinds.assignment)
      continue
    if (kind[left] !== kinds.identifier || reading.textOf(left) !== '__all__') continue
    // Past the sign.
    const value = skip[skip[left]!]!
    if (value >= skip[assignment]!) continue
    if (kind[value] !== kinds.list && kind[value] !== kinds.tuple) continue
    found = []
    for (let item = value + 1; item < skip[value]!; item = skip[item]!)
      if (kind[item] === kinds.string) {
        const text = /^(['"])([\p{XID_Start}][\p{XID_Continue}]*)\1$/u.exec(reading.textOf(item))
        if (text) found.push(text[2]!)
      }
  }
  return found
}
