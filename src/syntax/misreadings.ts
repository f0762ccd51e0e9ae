/**
 * Finds where tree-sitter read Python wrongly, or not at all, and only one right reading exists: there a letter is replaced
 * and the text read again, so that ordinary programs are neither refused nor misunderstood. What is not set right here or
 * in `mending.ts` is refused by `check/shapes`.
 *
 * - `type(x).f = y` is taken for a type alias: read again with another name in `type`'s place.
 * - `f'{x:=8}'` is taken for an assignment expression: the colon begins a format specification (`=8`).
 * - `class A[T = int]`, a default of a type parameter (PEP 696), is an error: read again as a bound or a union.
 * - `return *(a), b`, `x[*[1]]`: a star before anything but a name is an error outside lists: read again as a sign.
 * - `with (a as b,):` is a tuple that holds an `as`: read again without the comma.
 * - `except A, B,:` lacks a third exception: read again without the comma.
 * - A comment in a field of an f-string goes on over a line break that was made a space (`lineBreaksInBrackets`, which tells strings
 *   roughly): read again without the comment.
 */
import type { Grammar } from './language.js'
import type { Replacement } from './shadow.js'
import { ERROR, EXTRA, MISSING, type NodeArrays } from './tree.js'

/** Tells which letters to replace before the text is read again, in order; none when nothing of the kind is there. */
export type FindMisreadings = (text: string, arrays: NodeArrays, count: number) => Replacement[]

/** What a kind may be misread as; 0 is nothing. */
const TYPE_ALIAS = 1
const ASSIGNMENT_EXPRESSION = 2
const TYPE_PARAMETERS = 3
const STAR = 4
const EXCEPT = 5
const WITH_ITEM = 6
const COMMENT = 7

/** What stands before a starred value, and how one begins that is no name: there a sign can take the star's place. */
const BEFORE_STAR = /(?:[=,[({]|\b(?:return|yield|in))\s*$/
const AFTER_STAR = /^\s*(?:[[({'"\d.~+-]|[rRbBfFuU]{1,2}['"])/
/** As far as those two look. */
const LOOK = 24

/** How far up an assignment expression looks for the replacement field around it: deeper ones are refused, not mended. */
const CLIMB_LIMIT = 64

/** Builds the tables for a grammar. */
export function createFindMisreadings(grammar: Grammar): FindMisreadings {
  const named = (names: string): number[] => names.split(' ').map((name) => grammar.kindId(name))
  const token = (name: string): number => grammar.kindId(name, false)
  const [identifier, genericType] = named('identifier generic_type')
  const [equals, comma] = [token('='), token(',')]
  const [tuple, asPattern] = named('tuple as_pattern')
  const typeField = grammar.fieldId('left')

  const role = new Uint8Array(65536)
  role[grammar.kindId('type_alias_statement')] = TYPE_ALIAS
  role[grammar.kindId('named_expression')] = ASSIGNMENT_EXPRESSION
  role[grammar.kindId('type_parameter')] = TYPE_PARAMETERS
  role[grammar.kindId('except_clause')] = EXCEPT
  role[token('*')] = STAR
  role[grammar.kindId('with_item')] = WITH_ITEM
  role[grammar.kindId('comment')] = COMMENT

  const definitions = new Set(named('function_definition class_definition'))
  const fields = new Set(named('interpolation format_expression'))
  /** Kinds without brackets of their own, which a colon of an enclosing replacement field can cut through. */
  const open = new Set(
    named(
      'named_expression expression_list pattern_list conditional_expression boolean_operator not_operator lambda ' +
        'comparison_operator binary_operator unary_operator await yield list_splat list_splat_pattern',
    ),
  )

  /** The first child of `node` from `from` on that is no comment or the like; 0 when there is none. */
  function firstChild({ skip, flags }: NodeArrays, node: number, from = node + 1): number {
    for (let child = from; child < skip[node]; child = skip[child])
      if ((flags[child] & EXTRA) === 0) return child
    return 0
  }

  function isNoTypeAlias(arrays: NodeArrays, node: number): boolean {
    const { kind, field, skip } = arrays
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      if (field[child] !== typeField) continue
      const name = firstChild(arrays, child)
      return (
        name !== 0 &&
        kind[name] !== identifier &&
        kind[name] !== genericType &&
        !beginsWithName(arrays, name)
      )
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

  /** Whether a list of types declares parameters: elsewhere it is a subscript, and `=` an error to Python, too. */
  function declares({ kind, parent }: NodeArrays, node: number): boolean {
    const owner = parent[node]
    if (kind[owner] !== genericType) return owner >= 0 && definitions.has(kind[owner])
    return parent[owner] > 0 && role[kind[parent[parent[owner]]]] === TYPE_ALIAS
  }

  function defaults(arrays: NodeArrays, node: number, found: Replacement[]): void {
    const { flags, kind, parent, skip, start } = arrays
    if (!declares(arrays, node)) return
    for (let inner = node + 1; inner < skip[node]; inner += 1) {
      if (kind[inner] === equals && (flags[parent[inner]] & ERROR) !== 0)
        found.push({ at: start[inner], letter: '|' })
    }
  }

  /** Whether a token is in an error, or followed by one. */
  function isErroneous({ flags, parent, skip }: NodeArrays, node: number): boolean {
    const owner = parent[node]
    return (
      (flags[owner] & ERROR) !== 0 ||
      (skip[node] < skip[owner] && (flags[skip[node]] & ERROR) !== 0)
    )
  }

  function lastComma(
    { flags, kind, skip, start }: NodeArrays,
    node: number,
    found: Replacement[],
  ): void {
    let before = 0
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      if ((flags[child] & MISSING) !== 0 && kind[before] === comma)
        found.push({ at: start[before], letter: ' ' })
      before = child
    }
  }

  function commaAfterAs(
    { kind, skip, start }: NodeArrays,
    item: number,
    found: Replacement[],
  ): void {
    const held = item + 1
    if (kind[held] !== tuple) return
    for (let child = held + 1; child < skip[held]; child = skip[child]) {
      const next = skip[child]
      if (kind[child] === asPattern && kind[next] === comma && skip[skip[next]] === skip[held])
        found.push({ at: start[next], letter: ' ' })
    }
  }

  return (text, arrays, count) => {
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
        case WITH_ITEM:
          commaAfterAs(arrays, node, found)
          break
        case EXCEPT:
          lastComma(arrays, node, found)
          break
        case COMMENT:
          blankComment(text, arrays, node, found)
          break
        case STAR:
          if (isErroneous(arrays, node) && isBareStar(text, start[node]))
            found.push({ at: start[node], letter: '-' })
          break
      }
    }
    return found.sort((a, b) => a.at - b.at)
  }
}

/** Of a comment of more than one line, the first line is one. */
function blankComment(
  text: string,
  { start, end }: NodeArrays,
  node: number,
  found: Replacement[],
): void {
  const lineEnd = text.indexOf('\n', start[node])
  if (lineEnd < 0 || lineEnd >= end[node]) return
  for (let at = start[node]; at < lineEnd; at += 1) found.push({ at, letter: ' ' })
}

function isBareStar(text: string, at: number): boolean {
  return (
    BEFORE_STAR.test(text.slice(Math.max(0, at - LOOK), at)) &&
    AFTER_STAR.test(text.slice(at + 1, at + 1 + LOOK))
  )
}
