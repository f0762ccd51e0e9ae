/** What can be said only when every binding is known. */
import type { Reading } from '../rules/reading.js'
import { DUNDER } from '../rules/names.js'
import type { Binder } from './binder.js'
import { type Findings, shown } from './findings.js'
import type { Imports } from './imports.js'
import type { KnownKinds } from './kind-ids.js'
import { nameHint } from './module-hints.js'
import { nearest } from './nearest.js'
import type { Bindings } from './resolve.js'
import {
  BOUND,
  CLASS_SCOPE,
  IMPORTED,
  ITERATION,
  MODULE,
  MODULE_SCOPE,
  REBOUND,
  type SymbolId,
} from './symbols.js'

/** A `nonlocal` whose name no enclosing function binds. */
export function reportUnbound(
  symbol: SymbolId,
  { symbols }: Binder,
  reading: Reading,
  findings: Findings,
  inFunction: boolean,
): void {
  // At module level it was reported where it stands.
  if (symbols.scopeKind[symbols.scope[symbol]] === MODULE_SCOPE) return
  if (inFunction) {
    const around = symbols.find(MODULE, symbols.name[symbol])
    if (around !== 0 && (symbols.marks[around] & BOUND) !== 0) return
  }
  const name = shown(reading.names.text(symbols.name[symbol]))
  findings.say(
    'PR130',
    symbols.node[symbol],
    `no enclosing function binds \`${name}\``,
    `write \`global ${name}\`, or assign it in the function around`,
  )
}

/** `:=` of a name that a comprehension around it iterates with. */
export function reportWalruses(
  { symbols, walruses }: Binder,
  reading: Reading,
  findings: Findings,
): void {
  for (const { node, from, to } of walruses) {
    // The name was recorded where it binds; in a class body it was refused there.
    if (symbols.scopeKind[to] === CLASS_SCOPE) continue
    const name = reading.nameOf(node)
    for (let scope = from; scope !== to; scope = symbols.scopeParent[scope]) {
      const symbol = symbols.find(scope, name)
      if (symbol === 0 || (symbols.marks[symbol] & ITERATION) === 0) continue
      const text = shown(reading.names.text(name))
      findings.say(
        'PR135',
        node,
        `\`:=\` binds \`${text}\`, which the comprehension iterates with`,
        'use another name',
      )
      break
    }
  }
}

/** `json.scanner`: attributes that the guest's view of a module does not have. */
export function warnModuleAttributes(
  { symbols, reads, readNodes, readSymbols }: Binder,
  bindings: Bindings,
  imports: Imports,
  reading: Reading,
  kinds: KnownKinds,
  findings: Findings,
): void {
  if (imports.importedAs.size === 0) return
  const { kind, parent, skip } = reading.tree
  for (let read = 0; read < reads; read += 1) {
    const binding = bindings[readSymbols[read]]
    if (binding === 0 || (symbols.marks[binding] & (IMPORTED | REBOUND)) !== IMPORTED) continue
    let module = imports.importedAs.get(binding)!
    let object = readNodes[read]
    while (kind[parent[object]] === kinds.attribute && object === parent[object] + 1) {
      const attribute = parent[object]
      const name = lastChild(skip, attribute)
      if (imports.grantsOf(module) === undefined && !imports.isPackage(module)) break
      const text = reading.textOf(name)
      if (!imports.shows(module, text)) {
        // A granted module is seen through one that has imported it, as `uuid.sys`. Which modules have, only the image knows.
        if (imports.grantsOf(text) !== undefined) break
        if (reading.names.shape(reading.nameOf(name)) !== DUNDER)
          warn(module, text, name, imports, findings)
        break
      }
      module = `${module}.${text}`
      object = attribute
    }
  }
}

function warn(
  module: string,
  name: string,
  node: number,
  imports: Imports,
  findings: Findings,
): void {
  findings.add('PR602', node, () => {
    const close = nearest(name, imports.grantsOf(module) ?? [])
    return {
      message: `module \`${module}\` shows no \`${shown(name)}\`: reading it raises AttributeError`,
      hint: nameHint(module, name, close),
    }
  })
}

function lastChild(skip: Uint32Array, node: number): number {
  let last = node + 1
  while (skip[last] < skip[node]) last = skip[last]
  return last
}
