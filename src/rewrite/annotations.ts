/**
 * Annotations, bounds and aliases. The grammar spells expressions there in kinds of their own.
 *
 *     x: a[b].c              x: _getattr_(_getitem_(a,b),'c')
 *     def f[T: a.b](): ...   def f[T: _getattr_(a,'b')](): ...
 */
import { bounds, key } from './access.js'
import type { Scan } from './scan.js'

/** `a[b]` with a plain name before the bracket; as the left side of `type a[b] = ...` it declares a parameter. */
export function genericType(scan: Scan, node: number): void {
  if (scan.isLeftAlone(node)) return
  scan.open(node, '_getitem_(')
  const brackets = scan.next(node + 1)
  key(scan, brackets + 1, scan.skip[brackets]!)
}

/** `a[b].c`. In `x | a[b].c` the grammar lets the dot reach over the union; the object is the union's last part. */
export function memberType(scan: Scan, node: number): void {
  const object = node + 1
  const part = lastPart(scan, object)
  if (part === object) scan.open(node, '_getattr_(')
  else scan.before(part, '_getattr_(')
  const dot = scan.next(object)
  scan.toComma(dot)
  scan.toNameString(scan.next(dot))
}

/** What a dot after `type` takes: the end of a union, past what the union's own end has taken before. */
function lastPart(scan: Scan, type: number): number {
  const { kind, kinds } = scan
  let part = type
  for (
    let at = type + 1;
    kind[at] === kinds.union_type || kind[at] === kinds.member_type;
    at += 1
  ) {
    if (kind[at] === kinds.union_type) part = at = scan.children(at)[2]!
    else at += 1
  }
  return part
}

/** `T: B`, the bound of a type parameter, or a slice that looks like one: `a[1:2]`. */
export function constrainedType(scan: Scan, node: number): void {
  if (scan.isLeftAlone(node)) return
  const {
    kinds,
    tree: { parent },
  } = scan
  const holder = parent[parent[node]!]!
  const owner = parent[holder]!
  if (
    scan.kind[holder] !== kinds.type_parameter ||
    scan.kind[owner] !== kinds.generic_type ||
    scan.isLeftAlone(owner)
  )
    return
  const parts: number[] = []
  for (let at = node; ; ) {
    const [first, colon, last] = scan.children(at) as [number, number, number]
    parts.push(first, colon)
    at = last + 1
    // `1:2:3` nests to the right.
    if (scan.kind[last] !== kinds.type || scan.kind[at] !== kinds.constrained_type) {
      parts.push(last)
      break
    }
    scan.leaveAlone(at)
  }
  scan.open(node, '_slice_(')
  scan.after(node, bounds(scan, parts))
}

/** `type X[T] = a`: what has brackets on the left side declares. */
export function typeAlias(scan: Scan, node: number): void {
  const left = scan.child(node, scan.kinds.fields.left) + 1
  if (scan.kind[left] === scan.kinds.generic_type) scan.leaveAlone(left)
}
