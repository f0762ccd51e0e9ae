/** What `places.py` says of CPython's tree, said of ours: the nodes that guards stand at, and statements with their depth. */

const KINDS = new Map([
  ['attribute', 'Attribute'],
  ['member_type', 'Attribute'],
  ['call', 'Call'],
  ['subscript', 'Subscript'],
  ['generic_type', 'Subscript'],
  ['list_splat', 'Starred'],
  ['lambda', 'Lambda'],
])
const NAMED = 1

/**
 * `Attribute 1:0-1:3`, `0 1:0` for a statement in the module; nothing of patterns. `parser` is that of the sources or of the
 * build. Columns are UTF-16 code units: comparable with CPython's for ASCII only.
 */
export function placesOf(parser, source) {
  const tree = parser.parse(source)
  const starts = [0]
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1))
    starts.push(at + 1)
  const place = (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle] <= offset) low = middle
      else high = middle - 1
    }
    return `${low + 1}:${offset - starts[low]}`
  }
  const kindOf = (node) => (node < 0 ? '' : parser.kindName(tree.kind[node]))

  /** `*Ts` and `**P` where they declare type parameters are no starred values. */
  const isTypeParameter = (node) => {
    const list = tree.parent[tree.parent[node]]
    const owner = kindOf(tree.parent[list])
    return (
      /_definition$/.test(owner) ||
      (owner === 'generic_type' &&
        kindOf(tree.parent[tree.parent[tree.parent[list]]]) === 'type_alias_statement')
    )
  }
  const depthOf = (node) => {
    let depth = 0
    for (let at = node; at > 0; at = tree.parent[at])
      if (kindOf(at) === 'block' && kindOf(tree.parent[at]) !== 'match_statement') depth += 1
    return depth
  }

  const found = []
  for (let node = 0; node < tree.count; node += 1) {
    if ((tree.flags[node] & NAMED) === 0) continue
    const kind = kindOf(node)
    if (kind === 'case_pattern') {
      node = tree.skip[node] - 1
      continue
    }
    const around = kindOf(tree.parent[node])
    const isStar =
      kind === 'list_splat_pattern'
        ? !/parameter/.test(around)
        : kind === 'splat_type' && !isTypeParameter(node)
    // The name of a type alias with parameters is no item.
    if (kind === 'generic_type' && parser.fieldName(tree.field[tree.parent[node]]) === 'left')
      continue
    if (KINDS.has(kind) || isStar)
      found.push(
        `${KINDS.get(kind) ?? 'Starred'} ${place(tree.start[node])}-${place(tree.end[node])}`,
      )
    else if (/_statement$|_definition$/.test(kind) && kind !== 'decorated_definition')
      found.push(`${depthOf(node)} ${place(tree.start[node])}`)
  }
  return found
}
