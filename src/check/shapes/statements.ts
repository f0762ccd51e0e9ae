/** Statements: what is missing or too much in them for CPython, and not for tree-sitter. */
import type { Grammar } from '../../syntax/language.js'
import { SYNTAX_RULES } from '../../syntax/syntax-rules.js'
import type { Tree } from '../../syntax/tree.js'
import type { Report } from '../kinds.js'
import type { ShapeChecks } from '../shapes.js'
import { childOfKind, countChildren, firstChild, isSignificant, lastChild } from './walk.js'

/** The checks of statements. */
export function statementChecks(grammar: Grammar): ShapeChecks {
  const kind = (name: string): number => grammar.kindId(name)
  const token = (name: string): number => grammar.kindId(name, false)
  const [comma, open, fromToken] = [token(','), token('('), token('from')]
  const [caseClause, exceptClause, finallyClause, elseClause, expressionList, asPattern] = [
    kind('case_clause'),
    kind('except_clause'),
    kind('finally_clause'),
    kind('else_clause'),
    kind('expression_list'),
    kind('as_pattern'),
  ]
  const [block, matchStatement] = [kind('block'), kind('match_statement')]
  const dottedName = kind('dotted_name')
  const [valueField, nameField] = [grammar.fieldId('value'), grammar.fieldId('name')]

  function refuse(tree: Tree, node: number, report: Report, message: string, hint?: string): void {
    const { start, end } = tree
    report(SYNTAX_RULES.malformedStatement, start[node], Math.max(end[node], start[node] + 1), {
      message,
      ...(hint === undefined ? {} : { hint }),
    })
  }

  function checkTrailingComma(tree: Tree, node: number, report: Report): void {
    const last = lastChild(tree, node)
    if (tree.kind[last] === comma && childOfKind(tree, node, open) === 0) {
      refuse(
        tree,
        last,
        report,
        'a comma at the end needs parentheses around the list',
        'remove the comma',
      )
    }
  }

  function checkImportedNames(tree: Tree, node: number, report: Report): void {
    checkTrailingComma(tree, node, report)
    for (let child = node + 1; child < tree.skip[node]; child = tree.skip[child]) {
      if (tree.field[child] !== nameField || !isSignificant(tree, child)) continue
      const name = tree.kind[child] === dottedName ? child : firstChild(tree, child)
      // A dotted name of one part has one child.
      if (tree.skip[name] > name + 2)
        refuse(tree, name, report, 'what is imported from a module is a plain name')
    }
  }

  return {
    block(tree, node, report) {
      const statement = firstChild(tree, node)
      if (statement === 0) {
        const { text, start, parent } = tree
        // Point at the line that opens the block: the block itself is nowhere.
        const from = start[parent[node]]
        const feed = text.indexOf('\n', from)
        const message = 'an indented block must follow'
        report(SYNTAX_RULES.malformedStatement, from, feed < 0 ? text.length : feed, {
          message,
          hint: 'write `pass` where nothing is to be done',
        })
      } else if (
        tree.kind[tree.parent[node]] === matchStatement &&
        tree.kind[statement] !== caseClause
      ) {
        refuse(tree, statement, report, '`case` must follow `match`')
      }
    },

    import_statement: checkTrailingComma,
    import_from_statement: checkImportedNames,
    future_import_statement: checkImportedNames,
    with_clause: checkTrailingComma,

    assert_statement(tree, node, report) {
      if (countChildren(tree, node, comma) > 1)
        refuse(tree, node, report, '`assert` takes a condition and a message')
    },

    raise_statement(tree, node, report) {
      const list = childOfKind(tree, node, expressionList)
      if (list !== 0)
        return refuse(
          tree,
          list,
          report,
          '`raise` takes one exception',
          'write `raise Error(message)`',
        )
      const from = firstChild(tree, node, node + 2)
      if (from !== 0 && tree.kind[from] === fromToken)
        refuse(tree, from, report, 'an exception must stand between `raise` and `from`')
    },

    try_statement(tree, node, report) {
      const handlers = countChildren(tree, node, exceptClause)
      if (handlers === 0) {
        if (childOfKind(tree, node, finallyClause) === 0)
          refuse(tree, node + 1, report, '`except` or `finally` must follow `try`')
        else if (childOfKind(tree, node, elseClause) !== 0)
          refuse(tree, node + 1, report, '`except` must stand between `try` and `else`')
        return
      }
      let bare = 0
      for (let child = node + 1; child < tree.skip[node]; child = tree.skip[child]) {
        if (tree.kind[child] !== exceptClause) continue
        if (bare !== 0) return refuse(tree, bare, report, 'a bare `except` must be the last')
        if (isBare(tree, child)) bare = child + 1
      }
    },

    except_clause(tree, node, report) {
      const { kind: kinds, field, skip } = tree
      let values = 0
      let named = 0
      for (let child = node + 1; child < skip[node]; child = skip[child]) {
        if (field[child] !== valueField || !isSignificant(tree, child)) continue
        values += 1
        if (kinds[child] === asPattern) named = child
      }
      if (values > 1 && named !== 0) {
        refuse(
          tree,
          named,
          report,
          'several exceptions with `as` need parentheses',
          'write `except (A, B) as error:`',
        )
      }
    },
  }

  function isBare(tree: Tree, clause: number): boolean {
    for (let child = clause + 1; child < tree.skip[clause]; child = tree.skip[child]) {
      if (isSignificant(tree, child)) return tree.kind[child] === block
    }
    return true
  }
}
