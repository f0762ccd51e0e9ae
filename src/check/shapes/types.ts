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

export function typeChecks(grammar: Grammar): ShapeChecks {
  const kind = (name: string): number => grammar.kindId(name)
  const [type, typeParameter, typedParameter, genericType, identifier, constrained, splatType, alias, listSplatPattern] = [
    kind('type'), kind('type_parameter'), kind('typed_parameter'), kind('generic_type'), kind('identifier'),
    kind('constrained_type'), kind('splat_type'), kind('type_alias_statement'), kind('list_splat_pattern'),
  ]
  const definitions = kindSet(grammar, 'function_definition class_definition')
  const unions = kindSet(grammar, 'binary_operator union_type')
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
    return kinds[owner] === genericType && kinds[wrapper] === type && kinds[parent[wrapper]] === alias && field[wrapper] === leftField
  }

  /** A name, a name and its bound, `*Ts` or `**P`; each maybe with a default, which is read as a union (`T | int`). */
  function isParameter(tree: Tree, node: number): boolean {
    const of = tree.kind[node]
    if (of === identifier || of === splatType) return true
    if (of === type) return isParameter(tree, firstChild(tree, node))
    if (of === constrained) return isParameter(tree, firstChild(tree, node)) && tree.kind[firstChild(tree, firstChild(tree, node))] === identifier
    if (unions[of] === 0) return false
    const left = firstChild(tree, node)
    return tree.text.charCodeAt(tree.start[nextChild(tree, node, left)]) === 0x3d && isParameter(tree, left)
  }

  return {
    type_alias_statement(tree, node, report) {
      const left = childOfField(tree, node, leftField)
      const name = firstChild(tree, left)
      if (tree.kind[name] !== identifier && tree.kind[name] !== genericType) refuse(tree, left, report, 'a type alias is a plain name')
    },

    type_parameter(tree, node, report) {
      if (!declares(tree, node)) return
      for (let child = node + 1; child < tree.skip[node]; child = tree.skip[child]) {
        if (isSignificant(tree, child) && !isParameter(tree, child)) return refuse(tree, child, report, 'a type parameter is a name, maybe with a bound')
      }
    },

    constrained_type(tree, node, report) {
      let owner = tree.parent[tree.parent[node]]
      if (tree.kind[owner] === constrained) owner = tree.parent[tree.parent[owner]]
      if (tree.kind[owner] !== typeParameter) refuse(tree, node, report, 'a colon cannot stand in an annotation')
    },

    splat_type(tree, node, report) {
      const { kind: kinds, parent, text, start } = tree
      let owner = parent[parent[node]]
      // `*Ts = default`, read as a union.
      if (unions[kinds[owner]] !== 0) owner = parent[parent[owner]]
      const twoStars = text.charCodeAt(start[node] + 1) === 0x2a
      const fits = kinds[owner] === typeParameter
        ? !twoStars || declares(tree, owner)
        : kinds[owner] === typedParameter && !twoStars && kinds[firstChild(tree, owner)] === listSplatPattern
      if (!fits) refuse(tree, node, report, 'a star cannot stand in this annotation')
    },
  }
}
