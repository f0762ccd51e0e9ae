/** What is assigned to and deleted: tree-sitter takes any expression after `del` and `as`, and chains of any assignments. */
import type { Grammar } from '../../syntax/language.js'
import { SYNTAX_RULES } from '../../syntax/syntax-rules.js'
import { EXTRA, type Tree } from '../../syntax/tree.js'
import type { Report } from '../kinds.js'
import type { ShapeChecks } from '../shapes.js'
import { childOfField, firstChild, kindSet } from './walk.js'

/** The checks of what is assigned to, deleted, and bound by `as`. */
export function targetChecks(grammar: Grammar): ShapeChecks {
  const kind = (name: string): number => grammar.kindId(name)
  const [identifier, listSplat, listSplatPattern] = [
    kind('identifier'),
    kind('list_splat'),
    kind('list_splat_pattern'),
  ]
  const [exceptClause, parenthesized] = [kind('except_clause'), kind('parenthesized_expression')]
  const [assignment, augmented] = [kind('assignment'), kind('augmented_assignment')]
  const simple = kindSet(grammar, 'identifier attribute subscript')
  const lists = kindSet(
    grammar,
    'tuple list parenthesized_expression expression_list tuple_pattern list_pattern pattern_list',
  )
  const [leftField, rightField, typeField] = [
    grammar.fieldId('left'),
    grammar.fieldId('right'),
    grammar.fieldId('type'),
  ]

  function refuse(tree: Tree, node: number, report: Report, message: string, hint?: string): void {
    report(SYNTAX_RULES.malformedStatement, tree.start[node], tree.end[node], {
      message,
      ...(hint === undefined ? {} : { hint }),
    })
  }

  /** The first node from `from` up to `to` that cannot be assigned to; 0 when all can. */
  function firstUnassignable(
    { kind: kinds, flags, skip }: Tree,
    from: number,
    to: number,
    stars: boolean,
  ): number {
    for (let node = from; node < to; ) {
      const of = kinds[node]
      if (simple[of] !== 0 || (flags[node] & EXTRA) !== 0) node = skip[node]
      else if (
        lists[of] !== 0 ||
        (stars && (of === listSplat || of === listSplatPattern)) ||
        (skip[node] === node + 1 && (flags[node] & 1) === 0)
      )
        node += 1
      else return node
    }
    return 0
  }

  /** The one name, attribute or item that `node` is, maybe in parentheses; 0 when it is something else. */
  function singleTarget(tree: Tree, node: number): number {
    let at = node
    while (tree.kind[at] === parenthesized) at = firstChild(tree, at, tree.skip[at + 1])
    return simple[tree.kind[at]] !== 0 ? at : 0
  }

  /** `(x).y: int`: CPython takes `(x)` for the whole target, and does not look back. */
  function beginsWithTarget(tree: Tree, node: number): boolean {
    for (let at = node + 1; at < tree.skip[node] && tree.start[at] === tree.start[node]; at += 1) {
      if (tree.kind[at] === parenthesized)
        return singleTarget(tree, at) !== 0 && tree.kind[node] !== parenthesized
    }
    return false
  }

  function checkStars(
    { kind: kinds, skip }: Tree,
    node: number,
    twice: (at: number) => void,
  ): void {
    let stars = 0
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      if (kinds[child] === listSplatPattern && (stars += 1) === 2) return twice(child)
    }
  }

  function checkPattern(tree: Tree, node: number, report: Report): void {
    checkStars(tree, node, (at) =>
      refuse(tree, at, report, 'only one target of a list can be starred'),
    )
  }

  return {
    pattern_list: checkPattern,
    tuple_pattern: checkPattern,
    list_pattern: checkPattern,

    as_pattern_target(tree, node, report) {
      const { kind: kinds, parent, skip } = tree
      const inExcept = kinds[parent[parent[node]]] === exceptClause
      const bad = inExcept
        ? kinds[firstChild(tree, node)] === identifier
          ? 0
          : firstChild(tree, node)
        : firstUnassignable(tree, node + 1, skip[node], true)
      if (bad !== 0)
        refuse(
          tree,
          bad,
          report,
          inExcept ? 'an exception is given a plain name' : 'this cannot be assigned to',
        )
    },

    delete_statement(tree, node, report) {
      const bad = firstUnassignable(tree, tree.skip[node + 1], tree.skip[node], false)
      if (bad !== 0) refuse(tree, bad, report, 'this cannot be deleted')
    },

    assignment(tree, node, report) {
      const { kind: kinds } = tree
      const left = childOfField(tree, node, leftField)
      const right = childOfField(tree, node, rightField)
      const annotated = childOfField(tree, node, typeField) !== 0
      if (annotated && (singleTarget(tree, left) === 0 || beginsWithTarget(tree, left)))
        refuse(tree, left, report, 'only one name, attribute or item can be annotated')
      if (right === 0) return
      const chained = kinds[right] === assignment || kinds[right] === augmented
      if (!chained) return
      if (annotated || kinds[right] === augmented || childOfField(tree, right, typeField) !== 0) {
        refuse(
          tree,
          right,
          report,
          'this assignment cannot be part of another',
          'write two statements',
        )
      }
    },

    augmented_assignment(tree, node, report) {
      const { kind: kinds } = tree
      const left = childOfField(tree, node, leftField)
      const right = childOfField(tree, node, rightField)
      if (singleTarget(tree, left) === 0)
        refuse(tree, left, report, 'only one name, attribute or item can be changed in place')
      if (kinds[right] === assignment || kinds[right] === augmented) {
        refuse(
          tree,
          right,
          report,
          'this assignment cannot be part of another',
          'write two statements',
        )
      }
    },
  }
}
