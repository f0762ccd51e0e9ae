/**
 * Stars: what is iterated because of one goes through `_getiter_`; a call with one goes through `_apply_`, which iterates.
 *
 *     [*a]              [*_getiter_(a)]
 *     f(*a, **k)        _apply_(f,*a, **k)
 */
import type { Scan } from './scan.js'

/** `*a` in a display, a subscript, a tuple without parentheses. Targets have been told to be left alone. */
export function splat(scan: Scan, node: number): void {
  if (scan.isLeftAlone(node)) return
  const { kinds } = scan
  const holder = scan.kind[scan.tree.parent[node]!]
  // The arguments of a call are `_apply_`'s, those of a class the compiler's; parameters are no expressions.
  if (holder === kinds.argument_list || holder === kinds.parameters || holder === kinds.lambda_parameters || holder === kinds.typed_parameter) return
  scan.wrap(scan.starred(node), '_getiter_(', ')')
}

/** `*Ts` where a type is expected: in `tuple[*Ts]` and `*args: *Ts` a star, in `def f[*Ts]` a declaration. */
export function splatType(scan: Scan, node: number): void {
  const { kinds, tree: { parent } } = scan
  if (scan.kind[node + 1] !== kinds.tokens.star) return
  const holder = parent[parent[node]!]!
  if (scan.kind[holder] === kinds.type_parameter && !isSubscript(scan, parent[holder]!)) return
  scan.wrap(scan.starred(node), '_getiter_(', ')')
}

function isSubscript(scan: Scan, node: number): boolean {
  return scan.kind[node] === scan.kinds.generic_type && !scan.isLeftAlone(node)
}

/** `f(...)`: only a call with a star needs a guard. */
export function call(scan: Scan, node: number): void {
  const args = scan.next(node + 1)
  if (scan.kind[args] === scan.kinds.argument_list && hasStar(scan, args)) {
    scan.open(node, '_apply_(')
    scan.toComma(args + 1)
  } else {
    scan.begin(node)
  }
}

function hasStar(scan: Scan, args: number): boolean {
  const { kind, kinds, skip } = scan
  for (let child = args + 2; child < skip[args]!; child = skip[child]!) {
    const leaf = kind[scan.leftmost(child)]
    if (leaf === kinds.list_splat || leaf === kinds.dictionary_splat) return true
  }
  return false
}

/** A binary operator needs no guard, but tree-sitter may read a starred expression as one: `*a + b, c`. */
export function binaryOperator(scan: Scan, node: number): void {
  scan.begin(node)
}
