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
  scan.writer.insertWord(scan.start[node]!, '_getitem_(')
  const brackets = scan.next(node + 1)
  key(scan, brackets + 1, scan.skip[brackets]!)
}

/** `a[b].c` */
export function memberType(scan: Scan, node: number): void {
  scan.writer.insertWord(scan.start[node]!, '_getattr_(')
  const dot = scan.next(node + 1)
  scan.toComma(dot)
  scan.toNameString(scan.next(dot))
}

/** `T: B`, the bound of a type parameter, or a slice that looks like one: `a[1:2]`. */
export function constrainedType(scan: Scan, node: number): void {
  if (scan.isLeftAlone(node)) return
  const { kinds, tree: { parent } } = scan
  const holder = parent[parent[node]!]!
  const owner = parent[holder]!
  if (scan.kind[holder] !== kinds.type_parameter || scan.kind[owner] !== kinds.generic_type || scan.isLeftAlone(owner)) return
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
  scan.writer.insertWord(scan.start[node]!, '_slice_(')
  scan.after(node, bounds(scan, parts))
}

/**
 * `type X = a`. tree-sitter takes `type(x).f = a` and `type(x)[k] = a` for aliases too: what it calls the left side is then
 * a target whose object is the call `type(x)`.
 */
export function typeAlias(scan: Scan, node: number): void {
  const { kinds } = scan
  const left = scan.child(node, kinds.fields.left) + 1
  const k = scan.kind[left]
  if (k === kinds.generic_type) scan.leaveAlone(left)
  if (k !== kinds.attribute && k !== kinds.subscript) return
  scan.markStored(left)
  scan.beginAt(left, scan.start[node]!)
}
