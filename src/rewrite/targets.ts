/**
 * Targets: what a statement binds or deletes.
 *
 * Attributes and items in them are written through `_write_`; a tuple or a list asks for `_unpack_sequence_`, told by a
 * specification which parts are to be unpacked in turn. It is RestrictedPython's:
 *
 *     a, (b, *c), d      {'childs': ((1, {'childs': (), 'min_len': 1}),), 'min_len': 3}
 */
import type { Scan } from './scan.js'

/** Marks the attributes and subscripts among a target's parts as stored, and its stars as no iteration. */
export function markTarget(scan: Scan, target: number): void {
  const { kind, kinds, skip } = scan
  for (let node = target; node < skip[target]!; ) {
    const k = kind[node]
    if (k === kinds.attribute || k === kinds.subscript) {
      scan.markStored(node)
      node = skip[node]!
    } else {
      if (k === kinds.list_splat_pattern || k === kinds.list_splat) scan.leaveAlone(node)
      node = isContainer(scan, node) ? node + 1 : skip[node]!
    }
  }
}

function isContainer(scan: Scan, node: number): boolean {
  const { kinds } = scan
  const k = scan.kind[node]
  return (
    k === kinds.pattern_list ||
    k === kinds.tuple_pattern ||
    k === kinds.list_pattern ||
    k === kinds.list_splat_pattern ||
    // What follows `del`, and `as` in `with`, is spelled in kinds of expressions.
    k === kinds.expression_list ||
    k === kinds.tuple ||
    k === kinds.list ||
    k === kinds.parenthesized_expression ||
    k === kinds.list_splat ||
    k === kinds.as_pattern_target
  )
}

/** A target without the parentheses around it. */
export function unparenthesized(scan: Scan, target: number): number {
  let node = target
  while (scan.kind[node] === scan.kinds.parenthesized_expression) node = scan.next(node + 1)
  return node
}

/** The specification of a tuple's or a list's unpacking, as text; undefined when the target is neither. */
export function unpackSpec(scan: Scan, target: number): string | undefined {
  const outermost = unparenthesized(scan, target)
  if (!isSequence(scan, outermost)) return undefined
  const sequences: number[] = []
  for (let node = outermost; node < scan.skip[outermost]!; ) {
    if (isSequence(scan, node)) sequences.push(node)
    node = isContainer(scan, node) ? node + 1 : scan.skip[node]!
  }
  // Inner ones last: their texts are there when the outer ones want them.
  const specs = new Map<number, string>()
  for (const sequence of sequences.reverse()) specs.set(sequence, specOf(scan, sequence, specs))
  return specs.get(outermost)
}

function specOf(scan: Scan, sequence: number, specs: ReadonlyMap<number, string>): string {
  const elements = scan.children(sequence, true)
  const star = elements.findIndex((element) => scan.kind[element] === scan.kinds.list_splat_pattern)
  const children: string[] = []
  elements.forEach((element, at) => {
    const spec = specs.get(unparenthesized(scan, element))
    // How many items a star takes is not known: what follows it is counted from the end.
    if (spec !== undefined)
      children.push(`(${star >= 0 && at > star ? at - elements.length : at}, ${spec})`)
  })
  const tuple = children.length === 1 ? `(${children[0]},)` : `(${children.join(', ')})`
  return `{'childs': ${tuple}, 'min_len': ${elements.length - (star < 0 ? 0 : 1)}}`
}

function isSequence(scan: Scan, node: number): boolean {
  const { kinds } = scan
  const k = scan.kind[node]
  return k === kinds.pattern_list || k === kinds.list_pattern || k === kinds.tuple_pattern
}
