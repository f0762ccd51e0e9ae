/**
 * Stars: what is iterated because of one goes through `_getiter_`; a call with one goes through `_apply_`, which iterates.
 *
 *     [*a]              [*_getiter_(a)]
 *     f(*a, **k)        _apply_(f,*a, **k)
 */
import type { Scan } from './scan.js'

/** `*a` in a display, a subscript, a tuple without parentheses, a class's bases. Targets have been told to be left alone. */
export function splat(scan: Scan, node: number): void {
  if (scan.isLeftAlone(node)) return
  const {
    kind,
    kinds,
    tree: { parent },
  } = scan
  const holder = parent[node]!
  const k = kind[holder]
  // The arguments of a call are `_apply_`'s; parameters are no expressions.
  if (k === kinds.parameters || k === kinds.lambda_parameters || k === kinds.typed_parameter) return
  if (k === kinds.argument_list && kind[parent[holder]!] === kinds.call) return
  scan.wrap(scan.starred(node), '_getiter_(', ')')
}

/** `*Ts` where a type is expected: in `tuple[*Ts]` and `*args: *Ts` a star, in `def f[*Ts]` a declaration. */
export function splatType(scan: Scan, node: number): void {
  if (scan.kind[node + 1] !== scan.kinds.tokens.star || isDeclared(scan, node)) return
  scan.wrap(scan.starred(node), '_getiter_(', ')')
}

/** True for what begins an entry of a list of type parameters: `*Ts` alone, or before its default, `*Ts = *a`. */
function isDeclared(scan: Scan, node: number): boolean {
  const {
    kind,
    kinds,
    tree: { parent },
  } = scan
  let at = node
  while (kind[parent[at]!] === kinds.type || kind[parent[at]!] === kinds.union_type) {
    if (parent[at] !== at - 1) return false
    at -= 1
  }
  const list = parent[at]!
  if (kind[list] !== kinds.type_parameter) return false
  const owner = parent[list]!
  return kind[owner] !== kinds.generic_type || scan.isLeftAlone(owner)
}

/** `f(...)`: only a call with a star needs a guard. */
export function call(scan: Scan, node: number): void {
  const args = scan.next(node + 1)
  if (scan.kind[args] !== scan.kinds.argument_list || !hasStar(scan, args)) return
  scan.open(node, '_apply_(')
  scan.toComma(args + 1)
}

function hasStar(scan: Scan, args: number): boolean {
  const { kind, kinds, skip } = scan
  for (let child = args + 2; child < skip[args]!; child = skip[child]!) {
    if (kind[child] === kinds.list_splat || kind[child] === kinds.dictionary_splat) return true
  }
  return false
}
