/**
 * Where tree-sitter reads Python wrongly and only one right reading exists, the tree is set right, so that ordinary
 * programs are neither refused nor misunderstood. What is not set right here is refused by `check/shapes`.
 *
 * - `type(x).f = y` is taken for a type alias: read again with another name in `type`'s place.
 * - `f'{x:=8}'` is taken for an assignment expression: the colon begins a format specification (`=8`).
 * - `class A[T = int]`, a default of a type parameter (PEP 696), is an error: read again as a bound or a union.
 * - `[*f(x)]` has the star inside the call: `(*f)(x)`. It is moved outside, where Python has it.
 * - `(x.y) = 1` is a tuple pattern of one: a parenthesis.
 */
import type { Grammar } from './language.js'
import type { Replacement } from './shadow.js'
import { ERROR, EXTRA, NAMED, type NodeArrays } from './tree.js'

/** Finds and mends misreadings in the arrays of one tree. */
export interface Misreadings {
  /** Letters to replace before the text is parsed again; empty when nothing of the kind is there. */
  replacements(text: string, arrays: NodeArrays, count: number): Replacement[]
  /** Mends in place what needs no second parse. */
  mend(arrays: NodeArrays, count: number): void
}

/** What a kind may be misread as. */
const NONE = 0
const TYPE_ALIAS = 1
const ASSIGNMENT_EXPRESSION = 2
const TYPE_PARAMETERS = 3
const STAR = 4
const TUPLE_PATTERN = 5

/** How far up an assignment expression looks for the replacement field around it: deeper ones are refused, not mended. */
const CLIMB_LIMIT = 64

/** Builds the tables for a grammar. */
export function createMisreadings(grammar: Grammar): Misreadings {
  const named = (names: string): number[] => names.split(' ').map((name) => grammar.kindId(name))
  const token = (name: string): number => grammar.kindId(name, false)
  const [identifier, genericType, parenthesis, listSplat, splatPattern, casePattern] = named(
    'identifier generic_type parenthesized_expression list_splat list_splat_pattern case_pattern',
  )
  const [equals, comma] = [token('='), token(',')]
  const typeField = grammar.fieldId('left')

  const role = new Uint8Array(65536)
  role[grammar.kindId('type_alias_statement')] = TYPE_ALIAS
  role[grammar.kindId('named_expression')] = ASSIGNMENT_EXPRESSION
  role[grammar.kindId('type_parameter')] = TYPE_PARAMETERS
  role[grammar.kindId('list_splat')] = STAR
  role[grammar.kindId('tuple_pattern')] = TUPLE_PATTERN

  /** Kinds that tree-sitter lets a starred name be the first operand of. */
  const operations = new Set(named(
    'call attribute subscript binary_operator comparison_operator boolean_operator conditional_expression',
  ))
  const patterns = new Set(named('pattern_list list_pattern tuple_pattern'))
  const fields = new Set(named('interpolation format_expression'))
  /** Kinds without brackets of their own, which a colon of an enclosing replacement field can cut through. */
  const open = new Set(named(
    'named_expression expression_list pattern_list conditional_expression boolean_operator not_operator lambda ' +
    'comparison_operator binary_operator unary_operator await yield list_splat list_splat_pattern',
  ))

  /** The first child of `node` from `from` on that is no comment or the like; 0 when there is none. */
  function firstChild({ skip, flags }: NodeArrays, node: number, from = node + 1): number {
    for (let child = from; child < skip[node]; child = skip[child]) if ((flags[child] & EXTRA) === 0) return child
    return 0
  }

  function isNoTypeAlias(arrays: NodeArrays, node: number): boolean {
    const { kind, field, skip } = arrays
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      if (field[child] !== typeField) continue
      const name = firstChild(arrays, child)
      return name !== 0 && kind[name] !== identifier && kind[name] !== genericType && !beginsWithName(arrays, name)
    }
    return false
  }

  /** Whether the first token is a name: then Python, too, reads a type alias (`type X.y = 1`, an error to both). */
  function beginsWithName(arrays: NodeArrays, node: number): boolean {
    let first = node
    while (first + 1 < arrays.skip[first]) first += 1
    return arrays.kind[first] === identifier && arrays.start[first] === arrays.start[node]
  }

  function cutsReplacementField({ kind, parent }: NodeArrays, node: number): boolean {
    let at = node
    for (let climbed = 0; climbed < CLIMB_LIMIT; climbed += 1) {
      if (!open.has(kind[at])) return fields.has(kind[at])
      at = parent[at]
    }
    return false
  }

  function defaults(arrays: NodeArrays, node: number, found: Replacement[]): void {
    const { flags, kind, skip, start } = arrays
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      if ((flags[child] & ERROR) === 0) continue
      for (let inner = child + 1; inner < skip[child]; inner = skip[inner]) {
        if (kind[inner] === equals) found.push({ at: start[inner], letter: '|' })
      }
    }
  }

  return {
    replacements(text, arrays, count) {
      const { kind, start } = arrays
      const found: Replacement[] = []
      for (let node = 0; node < count; node += 1) {
        switch (role[kind[node]]) {
          case TYPE_ALIAS:
            // The letter after `typ`: any name will do, of the same length.
            if (isNoTypeAlias(arrays, node)) found.push({ at: start[node] + 3, letter: '_' })
            break
          case ASSIGNMENT_EXPRESSION:
            if (cutsReplacementField(arrays, node)) {
              const operator = text.indexOf(':=', arrays.end[node + 1])
              if (operator < arrays.end[node]) found.push({ at: operator + 1, letter: '>' })
            }
            break
          case TYPE_PARAMETERS:
            defaults(arrays, node, found)
            break
        }
      }
      return found
    },

    mend(arrays, count) {
      const { kind } = arrays
      for (let node = 0; node < count; node += 1) {
        const found = role[kind[node]]
        if (found === NONE) continue
        if (found === STAR) moveStarOut(arrays, node)
        else if (found === TUPLE_PATTERN && isParenthesis(arrays, node)) kind[node] = parenthesis
      }
    },
  }

  function isParenthesis({ kind, flags, skip }: NodeArrays, node: number): boolean {
    let inner = 0
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      if (kind[child] === comma || kind[child] === casePattern) return false
      if ((flags[child] & NAMED) !== 0 && (flags[child] & EXTRA) === 0) inner += 1
    }
    return inner === 1
  }

  /**
   * `(*f)(x)` becomes `*(f(x))`: the star's nodes go before the operations whose first operand it was. Numbers change only
   * between the outermost operation and the operand.
   */
  function moveStarOut(arrays: NodeArrays, star: number): void {
    const { kind, start, end, field, flags, skip, parent } = arrays
    let top = star
    while (top > 0 && parent[top] === top - 1 && operations.has(kind[top - 1])) top -= 1
    if (top === star) return
    const operand = firstChild(arrays, star, skip[star + 1])
    if (operand === 0) return

    const starLength = operand - star
    const operationCount = star - top
    const copy = <A extends Uint8Array | Uint16Array | Uint32Array | Int32Array>(of: A): A => of.slice(top, operand) as A
    const old = {
      kind: copy(kind), start: copy(start), end: copy(end), field: copy(field), flags: copy(flags), skip: copy(skip),
    }
    const outerParent = parent[top]
    const outerField = old.field[0]
    const outerEnd = old.end[0]
    const outerSkip = old.skip[0]
    // Later children of the operations learn their parents' new numbers.
    for (let operation = top; operation < star; operation += 1) {
      for (let child = old.skip[operation + 1 - top]; child < old.skip[operation - top]; child = skip[child]) {
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
}
