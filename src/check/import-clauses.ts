/** The parts of import statements: names, aliases, dotted names. */
import type { Reading } from '../rules/reading.js'
import type { KnownKinds } from './kind-ids.js'

/** `name as alias`: the nodes of both, the alias -1 when there is none. */
export interface Clause {
  readonly name: number
  readonly alias: number
}

/** The clauses of an import statement, one for each name. */
export function* clausesOf(
  reading: Reading,
  kinds: KnownKinds,
  statement: number,
): Generator<Clause> {
  const { kind, field, skip } = reading.tree
  for (let child = statement + 1; child < skip[statement]; child = skip[child]) {
    if (field[child] !== kinds.fields.name) continue
    if (kind[child] !== kinds.aliased_import) {
      yield { name: child, alias: -1 }
      continue
    }
    let alias = -1
    for (let part = child + 1; part < skip[child]; part = skip[part])
      if (field[part] === kinds.fields.alias) alias = part
    yield { name: child + 1, alias }
  }
}

/** A dotted name as Python reads it: without the blanks and comments that may stand between its parts. */
export function dottedName(reading: Reading, kinds: KnownKinds, node: number): string {
  const { kind, skip } = reading.tree
  const parts: string[] = []
  for (let child = node + 1; child < skip[node]; child = skip[child]) {
    if (kind[child] === kinds.identifier) parts.push(reading.textOf(child))
  }
  return parts.join('.')
}
