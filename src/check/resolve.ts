/** Which binding each name refers to, once all of them are known. */
import {
  BOUND,
  CLASS_SCOPE,
  GLOBAL,
  MODULE,
  NONLOCAL,
  PARAMETER,
  REBOUND,
  TYPE_PARAMETER,
  TYPE_SCOPE,
  type SymbolId,
  type Symbols,
} from './symbols.js'

const BINDS = BOUND | PARAMETER | TYPE_PARAMETER

/** By symbol: the one that binds the name where it is used, 0 where none does. Valid until the next source. */
export type Bindings = Int32Array

/** Kept from source to source: an allocation each would cost a short formula more than resolving it does. */
let bindings = new Int32Array(256)
/** By name: 1 where something inside the module binds it. All 0 between calls. */
let boundInside = new Uint8Array(4096)

/** Resolves every symbol by Python's rules. A `nonlocal` with nothing to refer to is told to `unbound`. */
export function resolve(
  symbols: Symbols,
  nameCount: number,
  unbound: (symbol: SymbolId) => void,
): Bindings {
  const { scope, name, marks, count } = symbols
  if (bindings.length <= count || bindings.length > MOST_KEPT)
    bindings = new Int32Array(Math.max(256, count + 1))
  if (boundInside.length <= nameCount || boundInside.length > MOST_KEPT) {
    boundInside = new Uint8Array(Math.max(4096, nameCount + 1))
  }
  // Most names are bound in the module alone, or nowhere: no need to climb for those.
  for (let symbol = 1; symbol <= count; symbol += 1) {
    if (scope[symbol] !== MODULE && (marks[symbol] & BINDS) !== 0) boundInside[name[symbol]] = 1
  }
  const inModule = (id: number): SymbolId => {
    const symbol = symbols.find(MODULE, id)
    return symbol !== 0 && (marks[symbol] & BOUND) !== 0 ? symbol : 0
  }
  for (let symbol = 1; symbol <= count; symbol += 1) {
    const id = name[symbol]
    const own = marks[symbol]
    if ((own & NONLOCAL) !== 0) {
      const target = enclosing(symbols, symbol)
      bindings[symbol] = target
      if (target === 0 || scope[target] === MODULE) unbound(symbol)
      else if ((own & BOUND) !== 0) marks[target] |= REBOUND
    } else if ((own & GLOBAL) !== 0 || scope[symbol] === MODULE) {
      bindings[symbol] = inModule(id)
    } else if ((own & BINDS) !== 0) {
      bindings[symbol] = symbol
    } else {
      bindings[symbol] =
        boundInside[id] === 0 ? inModule(id) : enclosing(symbols, symbol) || inModule(id)
    }
  }
  for (let symbol = 1; symbol <= count; symbol += 1) boundInside[name[symbol]] = 0
  return bindings
}

const MOST_KEPT = 1 << 16

/** The nearest symbol around `symbol` that binds its name; 0 for none, or when a `global` on the way says: the module's. */
function enclosing(symbols: Symbols, symbol: SymbolId): SymbolId {
  const { scopeKind, scopeParent } = symbols
  const name = symbols.name[symbol]
  const from = symbols.scope[symbol]
  let classVisible = scopeKind[from] === TYPE_SCOPE
  for (let scope = scopeParent[from]; scope > MODULE; scope = scopeParent[scope]) {
    const kind = scopeKind[scope]
    // A class's names are seen by its own body and by the type parameters right inside it, by no function.
    if (kind === CLASS_SCOPE && !classVisible) continue
    classVisible = classVisible && kind === TYPE_SCOPE
    const found = symbols.find(scope, name)
    if (found === 0) continue
    const marks = symbols.marks[found]
    if ((marks & GLOBAL) !== 0) return 0
    if ((marks & NONLOCAL) === 0 && (marks & BINDS) !== 0) return found
  }
  return 0
}
