/** What a program needs of a policy: the modules that it imports, and which of their names, as far as its text tells. */
import { DUNDER } from '../rules/names.js'
import type { Reading } from '../rules/reading.js'
import type { Binder } from './binder.js'
import type { ImportRecord, Imports } from './imports.js'
import type { KnownKinds } from './kind-ids.js'
import type { Bindings } from './resolve.js'
import { IMPORTED, REBOUND } from './symbols.js'

/** Names by module; `'*'` where a module is used in a way of which no text tells the names. */
export type ModuleNeeds = Readonly<Record<string, '*' | readonly string[]>>

/** @internal Of a source that was just gone through, all modules granted. */
export function moduleNeeds(
  { symbols, reads, readNodes, readSymbols }: Binder,
  bindings: Bindings,
  imports: Imports,
  records: readonly ImportRecord[],
  reading: Reading,
  kinds: KnownKinds,
): ModuleNeeds {
  const needs = new Map<string, Set<string>>()
  const need = (module: string, name?: string): void => {
    if (imports.grantsOf(module) === undefined) return
    const names = needs.get(module) ?? new Set()
    needs.set(module, names)
    if (name !== undefined && imports.shows(module, name)) names.add(name)
  }
  for (const { module, names = [] } of records) {
    need(module)
    for (const name of names)
      if (imports.grantsOf(`${module}.${name}`) === undefined) need(module, name)
      else need(`${module}.${name}`)
  }
  const { kind, parent, skip } = reading.tree
  for (let read = 0; read < reads; read += 1) {
    const binding = bindings[readSymbols[read]]
    const from = binding === 0 ? undefined : imports.importedAs.get(binding)
    if (from === undefined) continue
    let module = from
    let object = readNodes[read]
    let isWhole = imports.grantsOf(module) !== undefined || imports.isPackage(module)
    const isPlain = (symbols.marks[binding] & (IMPORTED | REBOUND)) === IMPORTED
    while (isPlain && kind[parent[object]] === kinds.attribute && object === parent[object] + 1) {
      object = parent[object]
      const name = lastChild(skip, object)
      const text = reading.textOf(name)
      if (reading.names.shape(reading.nameOf(name)) !== DUNDER) need(module, text)
      module = `${module}.${text}`
      isWhole = imports.grantsOf(module) !== undefined || imports.isPackage(module)
      if (!isWhole) break
      need(module)
    }
    if (isWhole) needs.get(module)?.add('*')
  }
  return Object.fromEntries(
    [...needs].map(([module, names]) => [module, names.has('*') ? '*' : [...names].sort()]),
  )
}

function lastChild(skip: Uint32Array, node: number): number {
  let last = node + 1
  while (skip[last]! < skip[node]!) last = skip[last]!
  return last
}
