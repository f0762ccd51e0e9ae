/** Patterns of `match`: tree-sitter takes stars, keywords and keys anywhere among them. */
import type { Grammar } from '../../syntax/language.js'
import { SYNTAX_RULES } from '../../syntax/syntax-rules.js'
import { EXTRA, NAMED, type Tree } from '../../syntax/tree.js'
import type { Report } from '../kinds.js'
import type { ShapeChecks } from '../shapes.js'
import {
  childOfKind,
  firstChild,
  isSignificant,
  kindSet,
  lastChild,
  nextChild,
  textOf,
} from './walk.js'

/** The checks of the patterns of `match`. */
export function patternChecks(grammar: Grammar): ShapeChecks {
  const kind = (name: string): number => grammar.kindId(name)
  const [
    casePattern,
    classPattern,
    dictPattern,
    keywordPattern,
    splatPattern,
    dottedName,
    listPattern,
  ] = [
    kind('case_pattern'),
    kind('class_pattern'),
    kind('dict_pattern'),
    kind('keyword_pattern'),
    kind('splat_pattern'),
    kind('dotted_name'),
    kind('list_pattern'),
  ]
  const [asPattern, doubleStar, comma] = [
    kind('as_pattern'),
    grammar.kindId('**', false),
    grammar.kindId(',', false),
  ]
  const keyField = grammar.fieldId('key')
  const keys = kindSet(
    grammar,
    'string concatenated_string integer float complex_pattern true false none',
  )
  const sequences = kindSet(grammar, 'list_pattern tuple_pattern case_clause')

  function refuse(tree: Tree, node: number, report: Report, message: string): void {
    report(SYNTAX_RULES.malformedStatement, tree.start[node], tree.end[node], { message })
  }

  /** What stands around a pattern, looking through `case_pattern`, which is put around each. */
  function ownerOf({ kind: kinds, parent }: Tree, node: number): number {
    const owner = parent[node]
    return kinds[owner] === casePattern ? parent[owner] : owner
  }

  /** The pattern in a `case_pattern`. */
  function inner(tree: Tree, node: number): number {
    return tree.kind[node] === casePattern ? firstChild(tree, node) : node
  }

  function checkSequence(tree: Tree, node: number, report: Report): void {
    let stars = 0
    for (let child = node + 1; child < tree.skip[node]; child = tree.skip[child]) {
      if (tree.kind[inner(tree, child)] === splatPattern && (stars += 1) === 2) {
        return refuse(tree, child, report, 'only one pattern of a sequence can be starred')
      }
    }
  }

  /** A keyword's pattern, or the one `A(x=y as z)` hides: it is read as `(x=y) as z`. */
  function isKeyword(tree: Tree, node: number): boolean {
    let at = inner(tree, node)
    if (tree.kind[at] === asPattern) at = inner(tree, firstChild(tree, at))
    return tree.kind[at] === keywordPattern
  }

  return {
    list_pattern: checkSequence,
    tuple_pattern: checkSequence,
    case_clause: checkSequence,

    splat_pattern(tree, node, report) {
      const owner = ownerOf(tree, node)
      const ownerKind = tree.kind[owner]
      if (tree.kind[node + 1] === doubleStar) {
        if (ownerKind !== dictPattern)
          refuse(tree, node, report, '`**` stands in a mapping pattern only')
        else if (textOf(tree, node).endsWith('_') && /^\*\*\s*_$/.test(textOf(tree, node)))
          refuse(tree, node, report, '`**_` is no pattern: leave it out')
        else if (hasPatternAfter(tree, owner, node))
          refuse(tree, node, report, '`**` stands last in a mapping pattern')
      } else if (
        sequences[ownerKind] === 0 ||
        (ownerKind !== listPattern && childOfKind(tree, owner, comma) === 0)
      ) {
        refuse(tree, node, report, 'a starred pattern must be in a sequence')
      }
    },

    keyword_pattern(tree, node, report) {
      const owner = ownerOf(tree, node)
      const outer = tree.kind[owner] === asPattern ? ownerOf(tree, owner) : owner
      if (tree.kind[outer] !== classPattern)
        refuse(tree, node, report, 'a keyword pattern must be in a class pattern')
    },

    class_pattern(tree, node, report) {
      let keywords = false
      for (let child = node + 1; child < tree.skip[node]; child = tree.skip[child]) {
        if (tree.kind[child] !== casePattern) continue
        if (isKeyword(tree, child)) keywords = true
        else if (keywords)
          return refuse(tree, child, report, 'a positional pattern follows a keyword pattern')
      }
    },

    dict_pattern(tree, node, report) {
      const { kind: kinds, field, flags, skip } = tree
      for (let child = node + 1; child < skip[node]; child = skip[child]) {
        if (
          field[child] !== keyField ||
          (flags[child] & (NAMED | EXTRA)) !== NAMED ||
          keys[kinds[child]] !== 0
        )
          continue
        if (kinds[child] !== dottedName || skip[child] === child + 2)
          refuse(tree, child, report, 'a key is a literal or a dotted name')
      }
    },

    complex_pattern(tree, node, report) {
      const last = lastChild(tree, node)
      const first = isSignificant(tree, node + 1) ? node + 1 : nextChild(tree, node, node + 1)
      if (/[jJ]$/.test(textOf(tree, first)) || !/[jJ]$/.test(textOf(tree, last))) {
        refuse(tree, node, report, 'a complex number is a real and an imaginary part: `1 + 2j`')
      }
    },
  }

  function hasPatternAfter(tree: Tree, owner: number, node: number): boolean {
    for (let child = tree.skip[node]; child < tree.skip[owner]; child = tree.skip[child])
      if (isSignificant(tree, child)) return true
    return false
  }
}
