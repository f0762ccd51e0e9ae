/**
 * Mends in the arrays what tree-sitter read with the right parts in the wrong order, or under another name; the nodes keep
 * their number, and only those between the two places move.
 *
 * - `[*f(x)]` has the star inside the call: `(*f)(x)`. It is moved outside, where Python has it.
 * - `with f() if a else g() as x` has the `as` inside the conditional expression. It is moved outside.
 * - `(x.y) = 1` is a tuple pattern of one. It becomes a parenthesis.
 * - A sign that `misreadings.ts` put in the place of a star becomes one again.
 *
 * Linear: each node moves for one star, or one `as`, at most.
 */
import type { Grammar } from './language.js'
import { EXTRA, NAMED, type NodeArrays } from './tree.js'

/** Mends the first `count` nodes; `text` is the source. */
export type Mend = (text: string, arrays: NodeArrays, count: number) => void

/** What is mended by kind; 0 is nothing. */
const STAR = 1
const TUPLE_PATTERN = 2
const SIGN = 3
const AS = 4

/** Builds the tables for a grammar. */
export function createMend(grammar: Grammar): Mend {
  const named = (names: string): number[] => names.split(' ').map((name) => grammar.kindId(name))
  const [parenthesis, listSplat, splatPattern, casePattern] = named(
    'parenthesized_expression list_splat list_splat_pattern case_pattern',
  )
  const [comma, star] = [grammar.kindId(',', false), grammar.kindId('*', false)]

  const role = new Uint8Array(65536)
  role[grammar.kindId('list_splat')] = STAR
  role[grammar.kindId('tuple_pattern')] = TUPLE_PATTERN
  role[grammar.kindId('unary_operator')] = SIGN
  role[grammar.kindId('as_pattern')] = AS

  /** Kinds that tree-sitter lets a starred name be the first operand of. */
  const operations = new Set(
    named(
      'call attribute subscript binary_operator comparison_operator boolean_operator conditional_expression',
    ),
  )
  /** Where a star is one of a target. */
  const patterns = new Set(named('pattern_list list_pattern tuple_pattern'))
  /** Expressions that tree-sitter lets an `as` end, and where the `as` belongs. */
  const endingWithAs = new Set(named('conditional_expression lambda'))
  const takingAs = new Set(named('with_item except_clause parenthesized_expression'))

  return (text, arrays, count) => {
    const { kind, start, field } = arrays
    for (let node = 0; node < count; node += 1) {
      switch (role[kind[node]]) {
        case STAR:
          moveStarOut(arrays, node)
          break
        case AS:
          moveAsOut(arrays, node)
          break
        case TUPLE_PATTERN:
          if (isParenthesis(arrays, node)) kind[node] = parenthesis
          break
        case SIGN:
          if (text[start[node]] !== '*') break
          kind[node] = listSplat
          kind[node + 1] = star
          field[node + 1] = 0
          field[firstChild(arrays, node, node + 2)] = 0
          moveStarOut(arrays, node)
          break
      }
    }
  }

  /** The first child of `node` from `from` on that is no comment or the like; 0 when there is none. */
  function firstChild({ skip, flags }: NodeArrays, node: number, from: number): number {
    for (let child = from; child < skip[node]; child = skip[child])
      if ((flags[child] & EXTRA) === 0) return child
    return 0
  }

  function isParenthesis({ kind, flags, skip }: NodeArrays, node: number): boolean {
    let inner = 0
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      if (kind[child] === comma || kind[child] === casePattern) return false
      if ((flags[child] & (NAMED | EXTRA)) === NAMED) inner += 1
    }
    return inner === 1
  }

  /**
   * `(*f)(x)` becomes `*(f(x))`: the star's nodes go before the operations whose first operand it was. Numbers change only
   * between the outermost operation and the operand.
   */
  function moveStarOut(arrays: NodeArrays, splat: number): void {
    const { kind, start, end, field, flags, skip, parent } = arrays
    let top = splat
    while (top > 0 && parent[top] === top - 1 && operations.has(kind[top - 1])) top -= 1
    if (top === splat) return
    const operand = firstChild(arrays, splat, skip[splat + 1])
    if (operand === 0) return

    const starLength = operand - splat
    const operationCount = splat - top
    const copy = <A extends Uint8Array | Uint16Array | Uint32Array | Int32Array>(of: A): A =>
      of.slice(top, operand) as A
    const old = {
      kind: copy(kind),
      start: copy(start),
      end: copy(end),
      field: copy(field),
      flags: copy(flags),
      skip: copy(skip),
    }
    const outerParent = parent[top]
    const outerField = old.field[0]
    const outerEnd = old.end[0]
    const outerSkip = old.skip[0]
    // Later children of the operations learn their parents' new numbers.
    for (let operation = top; operation < splat; operation += 1) {
      for (
        let child = old.skip[operation + 1 - top];
        child < old.skip[operation - top];
        child = skip[child]
      ) {
        parent[child] = operation + starLength
      }
    }
    for (let i = 0; i < starLength; i += 1) {
      const from = operationCount + i
      kind[top + i] = old.kind[from]
      start[top + i] = old.start[from]
      end[top + i] = old.end[from]
      field[top + i] = old.field[from]
      flags[top + i] = old.flags[from]
      skip[top + i] = old.skip[from] - operationCount
      parent[top + i] = top
    }
    kind[top] = patterns.has(kind[outerParent]) ? splatPattern : listSplat
    end[top] = outerEnd
    field[top] = outerField
    skip[top] = outerSkip
    parent[top] = outerParent
    for (let i = 0; i < operationCount; i += 1) {
      const to = top + starLength + i
      kind[to] = old.kind[i]
      start[to] = start[operand]
      end[to] = old.end[i]
      field[to] = i === 0 ? 0 : old.field[i]
      flags[to] = old.flags[i]
      skip[to] = old.skip[i]
      parent[to] = i === 0 ? top : to - 1
    }
    field[operand] = old.field[operationCount]
    parent[operand] = operand - 1
  }

  /**
   * `a if b else (c as d)` becomes `(a if b else c) as d`: the `as_pattern` goes before the expressions that end with it,
   * whose numbers grow by one; those of its own parts stay.
   */
  function moveAsOut(arrays: NodeArrays, asPattern: number): void {
    const { kind, start, end, field, flags, skip, parent } = arrays
    let top = asPattern
    while (endingWithAs.has(kind[parent[top]]) && skip[parent[top]] === skip[asPattern])
      top = parent[top]
    if (top === asPattern || !takingAs.has(kind[parent[top]])) return
    const operand = asPattern + 1
    const operandEnd = skip[operand]
    const last = skip[asPattern]
    for (let child = operandEnd; child < last; child = skip[child]) parent[child] = top
    parent[operand] = parent[asPattern] + 1
    field[operand] = field[asPattern]
    const outer = {
      kind: kind[asPattern],
      start: start[top],
      end: end[asPattern],
      field: field[top],
      flags: flags[asPattern],
      parent: parent[top],
    }
    for (let to = asPattern; to > top; to -= 1) {
      const from = to - 1
      const isAncestor = skip[from] === last
      kind[to] = kind[from]
      start[to] = start[from]
      end[to] = isAncestor ? end[operand] : end[from]
      field[to] = from === top ? 0 : field[from]
      flags[to] = flags[from]
      skip[to] = isAncestor ? operandEnd : skip[from] + 1
      parent[to] = from === top ? top : parent[from] + 1
    }
    kind[top] = outer.kind
    start[top] = outer.start
    end[top] = outer.end
    field[top] = outer.field
    flags[top] = outer.flags
    skip[top] = last
    parent[top] = outer.parent
  }
}
