/**
 * What binds and what iterates.
 *
 *     for a, b in x:         for a, b in _iter_unpack_sequence_(x, {'childs': (), 'min_len': 2}, _getiter_):
 *     a, b = x               a, b = _unpack_sequence_(x, {'childs': (), 'min_len': 2}, _getiter_)
 *     a += x                 a = _inplacevar_('+=', a, x)
 *     a.b += x               _write_(a).b += x
 *     yield from x           yield from _getiter_(x)
 */
import type { Scan } from './scan.js'
import { markTarget, unpackSpec, unparenthesized } from './targets.js'

/** `for t in x:`, and `for t in x` of a comprehension. */
export function forClause(scan: Scan, node: number): void {
  const { kinds } = scan
  const left = scan.child(node, kinds.fields.left)
  const right = scan.child(node, kinds.fields.right)
  markTarget(scan, left)
  // An asynchronous iterator is awaited item by item, and its items are unpacked by the language.
  const spec = scan.kind[node + 1] === kinds.tokens.async ? undefined : unpackSpec(scan, left)
  guardValue(scan, right, spec === undefined ? '_getiter_' : '_iter_unpack_sequence_', spec)
}

/** Makes a call of `guard` around a value; a tuple or a `yield` without parentheses gets them. */
function guardValue(scan: Scan, value: number, guard: string, spec: string | undefined): void {
  const bare = needsParentheses(scan, value)
  const rest = spec === undefined ? ')' : `, ${spec}, _getiter_)`
  scan.wrap(value, bare ? `${guard}((` : `${guard}(`, bare ? `)${rest}` : rest)
}

function needsParentheses(scan: Scan, value: number): boolean {
  const { kinds } = scan
  const k = scan.kind[value]
  return k === kinds.expression_list || k === kinds.pattern_list || k === kinds.yield
}

/** `t = u = x`, `t: A = x`: the value is unpacked once for the whole chain, by its first tuple's or list's specification. */
export function assignment(scan: Scan, node: number): void {
  const { kinds } = scan
  markTarget(scan, scan.child(node, kinds.fields.left))
  if (scan.isLeftAlone(node)) return
  let spec: string | undefined
  for (let link = node; ; ) {
    spec ??= unpackSpec(scan, scan.child(link, kinds.fields.left))
    const right = scan.child(link, kinds.fields.right)
    if (right < 0) return
    if (scan.kind[right] !== kinds.assignment) {
      if (spec !== undefined) guardValue(scan, right, '_unpack_sequence_', spec)
      return
    }
    scan.leaveAlone(right)
    link = right
  }
}

/** `t += x`: a name is assigned what the guard returns; an attribute or an item stays, its object guarded. */
export function augmentedAssignment(scan: Scan, node: number): void {
  const { kinds } = scan
  const left = scan.child(node, kinds.fields.left)
  const target = unparenthesized(scan, left)
  if (scan.kind[target] !== kinds.identifier) {
    markTarget(scan, left)
    return
  }
  const operator = scan.child(node, kinds.fields.operator)
  const right = scan.child(node, kinds.fields.right)
  scan.replace(operator, `= _inplacevar_('${scan.text(operator)}', ${scan.text(target)},`)
  if (needsParentheses(scan, right)) scan.wrap(right, '(', '))')
  else scan.after(right, ')')
}

/** `del t, u` */
export function deletion(scan: Scan, node: number): void {
  for (const target of scan.children(node, true)) markTarget(scan, target)
}

/** The `t` of `with x as t`. Verification lets its tuples be. */
export function asTarget(scan: Scan, node: number): void {
  markTarget(scan, node)
}

/** `yield from x` */
export function yieldExpression(scan: Scan, node: number): void {
  const from = node + 2
  if (from >= scan.skip[node]! || scan.kind[from] !== scan.kinds.tokens.from) return
  guardValue(scan, scan.next(from), '_getiter_', undefined)
}
