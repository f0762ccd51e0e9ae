/**
 * Reaching into an object: attributes and items.
 *
 *     a.b          _getattr_(a,'b')
 *     a[k]         _getitem_(a,k)
 *     a[i:]        _getitem_(a,_slice_(i,None,None))
 *     a.b = v      _write_(a).b = v          and every other way to bind or delete, items likewise
 */
import type { Scan } from './scan.js'

/** `a.b` */
export function attribute(scan: Scan, node: number): void {
  if (scan.isStored(node)) {
    scan.open(node, '_write_(')
    scan.after(node + 1, ')')
    return
  }
  scan.open(node, '_getattr_(')
  const dot = scan.next(node + 1)
  scan.toComma(dot)
  scan.toNameString(scan.next(dot))
}

/** `a[k]` */
export function subscript(scan: Scan, node: number): void {
  if (scan.isStored(node)) {
    scan.open(node, '_write_(')
    scan.after(node + 1, ')')
    return
  }
  scan.open(node, '_getitem_(')
  key(scan, scan.next(node + 1), scan.skip[node]!)
}

/**
 * The brackets and what is between them, up to node number `past`: `[k]` becomes `,k)`, and `[k, l]` becomes `,(k, l))`. A
 * starred key makes a tuple of one.
 */
export function key(scan: Scan, leftBracket: number, past: number): void {
  scan.toComma(leftBracket)
  const first = scan.next(leftBracket)
  let last = leftBracket
  let comma = false
  for (let child = first; ; child = scan.next(child)) {
    if (scan.skip[child]! >= past) {
      scan.toRightParen(child)
      break
    }
    if (scan.kind[child] === scan.kinds.tokens.comma) comma = true
    last = child
  }
  if (!comma && !isStarred(scan, first)) return
  scan.wrap(first, '(', '')
  scan.after(last, comma ? ')' : ',)')
}

function isStarred(scan: Scan, node: number): boolean {
  const { kinds } = scan
  const inner = scan.kind[node] === kinds.type ? node + 1 : node
  return scan.kind[inner] === kinds.list_splat || scan.kind[inner] === kinds.splat_type
}

/** `i:j:k` between brackets, where it is no write. */
export function slice(scan: Scan, node: number): void {
  if (scan.isStored(scan.tree.parent[node]!)) return
  scan.open(node, '_slice_(')
  scan.after(node, bounds(scan, scan.children(node)))
}

/** Makes three arguments of a slice's parts, colons among them, and returns what has to follow the last. */
export function bounds(scan: Scan, parts: readonly number[]): string {
  let given = false
  let colons = 0
  for (const part of parts) {
    const isColon = scan.kind[part] === scan.kinds.tokens.colon
    if (isColon) {
      colons += 1
      scan.replace(part, given ? ',' : 'None,')
    }
    given = !isColon
  }
  const last = given ? '' : 'None'
  return colons === 1 ? `${last},None)` : `${last})`
}
