/**
 * Expressions in places where CPython's grammar has none of their kind. tree-sitter's `expression` is one rule for what
 * CPython distinguishes: assignment expressions and stars only here and there, lambdas and conditionals not as operands.
 */
import type { Grammar } from '../../syntax/language.js'
import { SYNTAX_RULES } from '../../syntax/syntax-rules.js'
import type { Tree } from '../../syntax/tree.js'
import type { Report } from '../kinds.js'
import type { ShapeChecks } from '../shapes.js'
import { childOfKind, countChildren, firstChild, kindSet, nextChild } from './walk.js'

/** The checks of expressions by the places they stand in. */
export function expressionChecks(grammar: Grammar): ShapeChecks {
  const kind = (name: string): number => grammar.kindId(name)
  const token = (name: string): number => grammar.kindId(name, false)
  const [expressionStatement, matchStatement, withItem, withClause, caseClause, ifClause] = [
    kind('expression_statement'),
    kind('match_statement'),
    kind('with_item'),
    kind('with_clause'),
    kind('case_clause'),
    kind('if_clause'),
  ]
  const [conditional, typeKind, typeParameter, argumentList, subscript, parenthesized] = [
    kind('conditional_expression'),
    kind('type'),
    kind('type_parameter'),
    kind('argument_list'),
    kind('subscript'),
    kind('parenthesized_expression'),
  ]
  const [namedExpression, dictionary, forInClause, lambda, tuple] = [
    kind('named_expression'),
    kind('dictionary'),
    kind('for_in_clause'),
    kind('lambda'),
    kind('tuple'),
  ]
  const [typedParameter, listSplatPattern] = [kind('typed_parameter'), kind('list_splat_pattern')]
  const comma = token(',')

  /** Where an assignment expression needs no parentheses. */
  const takesAssignment = kindSet(
    grammar,
    `
    parenthesized_expression argument_list list set tuple subscript type_parameter if_statement elif_clause
    while_statement list_comprehension set_comprehension generator_expression match_statement decorator
  `,
  )
  /** Where a starred value may stand; in some of them beside a comma only. */
  const takesStar = kindSet(
    grammar,
    `
    list set tuple expression_list argument_list subscript type_parameter pattern_list expression_statement match_statement
  `,
  )
  /** What a star takes only in brackets of a call or a subscript: `[*a or b]` is an error. */
  const looserThanStar = kindSet(
    grammar,
    'comparison_operator boolean_operator not_operator conditional_expression lambda',
  )
  /** Operands that bind tighter than a lambda or a conditional expression. */
  const tightOperators = kindSet(grammar, 'not_operator boolean_operator comparison_operator')
  const yieldless = kindSet(grammar, 'list set tuple')
  const fields = kindSet(grammar, 'interpolation format_expression')
  const takesAs = kindSet(grammar, 'with_item except_clause case_pattern')
  const takesStarredTarget = kindSet(
    grammar,
    `
    pattern_list tuple_pattern list_pattern parameters lambda_parameters typed_parameter
  `,
  )
  /** Kinds without brackets: what cuts through them from outside is looked for above them. */
  const open = kindSet(
    grammar,
    `
    named_expression expression_list pattern_list conditional_expression boolean_operator not_operator lambda
    comparison_operator binary_operator unary_operator await yield list_splat
  `,
  )

  function refuse(tree: Tree, node: number, report: Report, message: string, hint?: string): void {
    report(SYNTAX_RULES.misplacedExpression, tree.start[node], tree.end[node], {
      message,
      ...(hint === undefined ? {} : { hint }),
    })
  }

  /** The kind around `node`, looking through `type`, which annotations put around everything. */
  function ownerOf({ kind: kinds, parent }: Tree, node: number): number {
    const owner = parent[node]
    return kinds[owner] === typeKind ? parent[owner] : owner
  }

  /** Whether a colon in `node` would end the expression of a replacement field for CPython. */
  function isBareInField({ kind: kinds, parent }: Tree, node: number): boolean {
    let at = parent[node]
    while (open[kinds[at]] !== 0) at = parent[at]
    return fields[kinds[at]] !== 0
  }

  function checkOperand(tree: Tree, node: number, report: Report): void {
    const owner = tree.parent[node]
    const ownerKind = tree.kind[owner]
    const operand =
      tightOperators[ownerKind] !== 0 ||
      ownerKind === forInClause ||
      (ownerKind === ifClause && tree.kind[tree.parent[owner]] !== caseClause) ||
      (ownerKind === conditional && tree.skip[node] !== tree.skip[owner])
    if (operand)
      refuse(
        tree,
        node,
        report,
        `a ${tree.kind[node] === lambda ? 'lambda' : 'conditional expression'} here needs parentheses`,
      )
  }

  return {
    named_expression(tree, node, report) {
      if (isBareInField(tree, node))
        return refuse(tree, node, report, 'here `:` begins a format, and no assignment')
      let at = node
      let owner = ownerOf(tree, at)
      // `(a := b if c else d)` is read as `(a := b) if c else d`, which changes nothing for anybody.
      if (tree.kind[owner] === conditional && firstChild(tree, owner) === at) {
        at = owner
        owner = ownerOf(tree, at)
      }
      const ownerKind = tree.kind[owner]
      const guard = ownerKind === ifClause && tree.kind[tree.parent[owner]] === caseClause
      if (takesAssignment[ownerKind] === 0 && !guard)
        refuse(tree, node, report, 'an assignment expression here needs parentheses')
    },

    list_splat(tree, node, report) {
      const owner = ownerOf(tree, node)
      const ownerKind = tree.kind[owner]
      const needsComma =
        ownerKind === expressionStatement || ownerKind === matchStatement || ownerKind === tuple
      const annotates =
        ownerKind === typedParameter && tree.kind[firstChild(tree, owner)] === listSplatPattern
      if (
        !annotates &&
        (takesStar[ownerKind] === 0 || (needsComma && childOfKind(tree, owner, comma) === 0))
      ) {
        return refuse(
          tree,
          node,
          report,
          'a starred value cannot stand here',
          'put it in a list or a tuple: `[*values]`',
        )
      }
      const operand = nextChild(tree, node, node + 1)
      const loose =
        ownerKind === argumentList || ownerKind === subscript || ownerKind === typeParameter
      const operandKind = tree.kind[operand]
      if (operandKind === namedExpression || (!loose && looserThanStar[operandKind] !== 0)) {
        refuse(tree, operand, report, 'the value of a star here needs parentheses')
      }
    },

    dictionary_splat(tree, node, report) {
      const operand = nextChild(tree, node, node + 1)
      const operandKind = tree.kind[operand]
      if (
        operandKind === namedExpression ||
        (tree.kind[tree.parent[node]] === dictionary && looserThanStar[operandKind] !== 0)
      ) {
        refuse(tree, operand, report, 'the value of a star here needs parentheses')
      }
    },

    lambda(tree, node, report) {
      if (isBareInField(tree, node))
        return refuse(tree, node, report, 'here `:` begins a format: a lambda needs parentheses')
      checkOperand(tree, node, report)
    },

    conditional_expression: checkOperand,

    await(tree, node, report) {
      const operand = nextChild(tree, node, node + 1)
      // `await x ** 2` is read as `await (x ** 2)`, which changes nothing for anybody; a sign is no operand of `await`.
      const first = tree.text.charCodeAt(tree.start[operand])
      const signed = first === 0x2b || first === 0x2d || first === 0x7e
      if (signed || tree.kind[operand] === tree.kind[node])
        refuse(tree, operand, report, 'the value of `await` here needs parentheses')
    },

    yield(tree, node, report) {
      if (yieldless[tree.kind[tree.parent[node]]] !== 0)
        refuse(tree, node, report, '`yield` here needs parentheses')
    },

    as_pattern(tree, node, report) {
      const { kind: kinds, parent } = tree
      const owner = parent[node]
      if (takesAs[kinds[owner]] !== 0) return
      // `with (a as b):` is read as an item in parentheses; beside other items CPython reads an expression there.
      const item = parent[owner]
      const alone =
        kinds[owner] === parenthesized &&
        kinds[item] === withItem &&
        kinds[parent[item]] === withClause &&
        countChildren(tree, parent[item], withItem) === 1
      if (!alone)
        refuse(
          tree,
          node,
          report,
          '`as` cannot stand here',
          'write `name := value`, in parentheses',
        )
    },

    list_splat_pattern(tree, node, report) {
      const owner = tree.parent[node]
      if (takesStarredTarget[tree.kind[owner]] !== 0) return
      refuse(
        tree,
        node,
        report,
        'a starred target must be in a list or tuple',
        'add a comma: `*rest, = values`',
      )
    },
  }
}
