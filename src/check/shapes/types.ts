/**
 * Annotations, type parameters and type aliases: tree-sitter's `type` takes what is a slice, a star, a bound or an alias in
 * any place.
 */
import type { Grammar } from '../../syntax/language.js'
import { SYNTAX_RULES } from '../../syntax/syntax-rules.js'
import type { Tree } from '../../syntax/tree.js'
import type { Report } from '../kinds.js'
import type { ShapeChecks } from '../shapes.js'
import { childOfField, firstChild, isSignificant, kindSet, nextChild } from './walk.js'

/** The checks of annotations, type parameters and type aliases. */
export function typeChecks(grammar: Grammar): ShapeChecks {
  const kind = (name: string): number => grammar.kindId(name)
  const [
    type,
    typeParameter,
    typedParameter,
    genericType,
    identifier,
    constrained,
    splatType,
    alias,
    listSplatPattern,
  ] = [
    kind('type'),
    kind('type_parameter'),
    kind('typed_parameter'),
    kind('generic_type'),
    kind('identifier'),
    kind('constrained_type'),
    kind('splat_type'),
    kind('type_alias_statement'),
    kind('list_splat_pattern'),
  ]
  const definitions = kindSet(grammar, 'function_definition class_definition')
  const unions = kindSet(grammar, 'binary_operator union_type')
  const bar = grammar.kindId('|', false)
  const leftField = grammar.fieldId('left')

  function refuse(tree: Tree, node: number, report: Report, message: string): void {
    report(SYNTAX_RULES.malformedStatement, tree.start[node], tree.end[node], { message })
  }

  /** Whether a list of types declares parameters, of a function, class or alias: elsewhere it is a subscript. */
  function declares(tree: Tree, node: number): boolean {
    const { kind: kinds, parent, field } = tree
    const owner = parent[node]
    if (definitions[kinds[owner]] !== 0) return true
    const wrapper = parent[owner]
    return (
      kinds[owner] === genericType &&
      kinds[wrapper] === type &&
      kinds[parent[wrapper]] === alias &&
      field[wrapper] === leftField
    )
  }

  /** The node in a `type`, which is put around everything. */
  function inner(tree: Tree, node: number): number {
    return tree.kind[node] === type ? firstChild(tree, node) : node
  }

  /** Whether a `|` of the tree is a `=` of the source: the default of a parameter, read as a union. */
  function isDefault({ kind, text, start }: Tree, token: number): boolean {
    return kind[token] === bar && text[start[token]] === '='
  }

  /** A name, a name and its bound, `*Ts` or `**P`; each maybe with one default (`T | int` in the tree). */
  function isParameter(tree: Tree, node: number): boolean {
    const { kind: kinds, skip, parent } = tree
    let defaults = 0
    for (let token = node + 1; token < skip[node]; token += 1) {
      if (!isDefault(tree, token)) continue
      let owner = parent[token]
      while (
        owner !== node &&
        (unions[kinds[owner]] !== 0 || kinds[owner] === type || kinds[owner] === constrained)
      )
        owner = parent[owner]
      if (owner !== node || (defaults += 1) > 1) return false
    }
    const parameter = inner(tree, node)
    if (kinds[parameter] === constrained) {
      const name = firstChild(tree, parameter)
      const bound = nextChild(tree, parameter, nextChild(tree, parameter, name))
      return kinds[inner(tree, name)] === identifier && kinds[inner(tree, bound)] !== constrained
    }
    let name = parameter
    while (unions[kinds[name]] !== 0) {
      const left = firstChild(tree, name)
      const reached = isDefault(tree, nextChild(tree, name, left))
      name = inner(tree, left)
      if (reached) break
      if (unions[kinds[name]] === 0) return false
    }
    return kinds[name] === identifier || kinds[name] === splatType
  }

  return {
    type_alias_statement(tree, node, report) {
      const left = childOfField(tree, node, leftField)
      const name = firstChild(tree, left)
      if (tree.kind[name] !== identifier && tree.kind[name] !== genericType)
        refuse(tree, left, report, 'a type alias is a plain name')
    },

    type_parameter(tree, node, report) {
      if (!declares(tree, node)) return
      for (let child = node + 1; child < tree.skip[node]; child = tree.skip[child]) {
        if (isSignificant(tree, child) && !isParameter(tree, child))
          return refuse(tree, child, report, 'a type parameter is a name, maybe with a bound')
      }
    },

    constrained_type(tree, node, report) {
      let owner = tree.parent[tree.parent[node]]
      if (tree.kind[owner] === constrained) owner = tree.parent[tree.parent[owner]]
      if (tree.kind[owner] !== typeParameter)
        refuse(tree, node, report, 'a colon cannot stand in an annotation')
    },

    splat_type(tree, node, report) {
      const { kind: kinds, parent, text, start } = tree
      let owner = parent[parent[node]]
      // `*Ts = default`, read as a union.
      if (unions[kinds[owner]] !== 0) owner = parent[parent[owner]]
      const twoStars = text.charCodeAt(start[node] + 1) === 0x2a
      const fits =
        kinds[owner] === typeParameter
          ? !twoStars || declares(tree, owner)
          : kinds[owner] === typedParameter &&
            !twoStars &&
            kinds[firstChild(tree, owner)] === listSplatPattern
      if (!fits) refuse(tree, node, report, 'a star cannot stand in this annotation')
    },
  }
}
