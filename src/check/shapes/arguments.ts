/** Parameters and arguments: their order, and what may stand among them. tree-sitter takes them in any order. */
import type { Grammar } from '../../syntax/language.js'
import { SYNTAX_RULES } from '../../syntax/syntax-rules.js'
import type { Tree } from '../../syntax/tree.js'
import type { Report } from '../kinds.js'
import type { ShapeChecks } from '../shapes.js'
import { firstChild, isSignificant, nextChild, textOf } from './walk.js'

/** The checks of parameters, lambda parameters and arguments. */
export function argumentChecks(grammar: Grammar): ShapeChecks {
  const kind = (name: string): number => grammar.kindId(name)
  const identifier = kind('identifier')
  const listPattern = kind('list_splat_pattern')
  const dictionaryPattern = kind('dictionary_splat_pattern')
  const typed = kind('typed_parameter')
  const withDefault = kind('default_parameter')
  const typedDefault = kind('typed_default_parameter')
  const positionalSeparator = kind('positional_separator')
  const keywordSeparator = kind('keyword_separator')
  const keywordArgument = kind('keyword_argument')
  const listSplat = kind('list_splat')
  const dictionarySplat = kind('dictionary_splat')
  const generator = kind('generator_expression')
  const comma = grammar.kindId(',', false)
  const inToken = grammar.kindId('in', false)

  function parameters(tree: Tree, node: number, report: Report): void {
    const { start, end } = tree
    const refuse = (at: number, message: string): void => {
      report(SYNTAX_RULES.malformedParameters, start[at], end[at], { message })
    }
    let seen = 0
    let defaults = false
    let slash = false
    // The star after which parameters are keywords, and whether one must still follow it.
    let star = 0
    let bareStar = 0
    let last = 0
    for (let child = node + 1; child < tree.skip[node]; child = tree.skip[child]) {
      if (!isSignificant(tree, child)) continue
      if (last !== 0) return refuse(last, 'nothing may follow the `**` parameter')
      const of = tree.kind[child]
      const inner = of === typed ? firstChild(tree, child) : child
      const innerKind = tree.kind[inner]
      if (of === positionalSeparator) {
        if (slash || star !== 0 || seen === 0)
          return refuse(child, '`/` stands once, after at least one parameter and before `*`')
        slash = true
      } else if (of === keywordSeparator || innerKind === listPattern) {
        if (star !== 0) return refuse(child, '`*` may appear only once')
        if (of !== keywordSeparator && !isStarredName(tree, inner))
          return refuse(inner, 'a parameter is a name')
        star = child
        if (of === keywordSeparator) bareStar = child
      } else if (innerKind === dictionaryPattern) {
        if (!isStarredName(tree, inner)) return refuse(inner, 'a parameter is a name')
        if (bareStar !== 0) break
        last = child
      } else {
        const hasDefault = of === withDefault || of === typedDefault
        const name = hasDefault || of === typed ? firstChild(tree, child) : child
        if (tree.kind[name] !== identifier) return refuse(name, 'a parameter is a name')
        if (star === 0 && defaults && !hasDefault)
          return refuse(child, 'a parameter without a default follows one with a default')
        if (star === 0 && hasDefault) defaults = true
        bareStar = 0
      }
      seen += 1
    }
    if (bareStar !== 0) refuse(bareStar, 'named parameters must follow a bare `*`')
  }

  /** `f(,)` and `{,}`: tree-sitter lets a comma follow nothing. */
  function checkFirst(tree: Tree, node: number, report: Report): void {
    const first = nextChild(tree, node, node + 1)
    if (tree.kind[first] !== comma) return
    report(SYNTAX_RULES.invalidSyntax, tree.start[first], tree.end[first], {
      message: 'an expression is missing before the comma',
    })
  }

  function isStarredName(tree: Tree, node: number): boolean {
    return tree.kind[nextChild(tree, node, node + 1)] === identifier
  }

  return {
    parameters,
    lambda_parameters: parameters,

    dictionary: checkFirst,

    argument_list(tree, node, report) {
      const { kind: kinds, skip, start, end } = tree
      let keywords = false
      let dictionaries = false
      let names: Set<string> | undefined
      checkFirst(tree, node, report)
      for (let child = node + 1; child < skip[node]; child = skip[child]) {
        const of = kinds[child]
        if (of === keywordArgument) {
          keywords = true
          const argument = firstChild(tree, child)
          const name = textOf(tree, argument).normalize('NFKC')
          if (names?.has(name)) {
            return report(SYNTAX_RULES.malformedStatement, start[argument], end[argument], {
              message: `the argument \`${name}\` is there twice`,
            })
          }
          ;(names ??= new Set()).add(name)
        } else if (of === dictionarySplat) dictionaries = true
        else if (
          (keywords || dictionaries) &&
          isSignificant(tree, child) &&
          (dictionaries || of !== listSplat)
        ) {
          const after = dictionaries ? '`**`' : 'a keyword argument'
          return report(SYNTAX_RULES.malformedStatement, start[child], end[child], {
            message: `a positional argument follows ${after}`,
            hint: 'write positional arguments first',
          })
        }
      }
    },

    for_in_clause(tree, node, report) {
      const { kind: kinds, skip, start, end } = tree
      let list = false
      for (let child = node + 1; child < skip[node]; child = skip[child]) {
        if (kinds[child] === inToken) list = true
        else if (list && kinds[child] === comma) {
          const generated = kinds[tree.parent[node]] === generator
          return report(SYNTAX_RULES.misplacedExpression, start[child], end[child], {
            message: generated
              ? 'a generator expression beside other arguments needs parentheses'
              : 'a list of values here needs parentheses',
          })
        }
      }
    },
  }
}
