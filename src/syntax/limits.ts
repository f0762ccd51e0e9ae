/**
 * Bounds on nesting. CPython allows 200 brackets within one another, and guards nest; its compiler has stack for some 11,500
 * levels of operators, which need no brackets; and a long chain of `elif` is as deep to it as it is long.
 *
 * Iterative, and passed over at once where the tree is shallow: nearly always.
 */
import type { Diagnostic } from '../diagnostic.js'
import type { Grammar } from './language.js'
import type { Source } from './source.js'
import { SYNTAX_RULES } from './syntax-rules.js'
import type { Tree } from './tree.js'

/** Brackets within one another, those that rewriting adds included; CPython refuses the 200th. */
const BRACKET_LIMIT = 190

/** Clauses of one `if` or comprehension; CPython's compiler has stack for some 2,300. */
const ROW_LIMIT = 2_000

/** Kinds whose children are in brackets, in the source or once rewritten. Each may nest in itself. */
const BRACKETED = new Set([
  'parenthesized_expression',
  'parenthesized_list_splat',
  'tuple',
  'list',
  'set',
  'dictionary',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
  'argument_list',
  'parameters',
  'tuple_pattern',
  'list_pattern',
  'dict_pattern',
  'class_pattern',
  'type_parameter',
  'interpolation',
  'format_expression',
  // `a.b` becomes `_getattr_(a,'b')`, `a[b:c]` becomes `_getitem_(a,_slice_(b,c,None))`.
  'attribute',
  'member_type',
  'subscript',
  'slice',
  // `for x in y` iterates over `_getiter_(y)`, `[*x]` spreads `_getiter_(x)`.
  'for_in_clause',
  'list_splat',
])

/** Reports the first node that is nested too deeply, or the first chain that is too long. `depth` is the policy's limit. */
export function depthDiagnostics(
  tree: Tree,
  source: Source,
  grammar: Grammar,
  depth: number,
): Diagnostic[] {
  // A clause of `if` is one level to us and as many as it is long to CPython, so a shallow tree may yet be wide.
  const most = Math.min(depth, ROW_LIMIT)
  const wide = tree.count > most ? longestRow(tree, grammar, most) : -1
  if (wide >= 0)
    return [most < depth ? tooLong(tree, wide, source) : tooDeep(tree, wide, source, depth)]
  // No level adds more than two brackets.
  if (tree.depth <= Math.min(depth, BRACKET_LIMIT / 2)) return []

  const added = bracketCounter(tree, grammar)
  const { parent, start, end } = tree
  const level = new Uint32Array(tree.count)
  const brackets = new Uint32Array(tree.count)
  for (let node = 1; node < tree.count; node += 1) {
    const owner = parent[node]
    level[node] = level[owner] + 1
    if (level[node] > depth) return [tooDeep(tree, node, source, depth)]
    brackets[node] = brackets[owner] + added(node)
    if (brackets[node] <= BRACKET_LIMIT) continue
    const message = `more than ${BRACKET_LIMIT} attributes, items, calls and brackets within one another`
    return [source.diagnostic(SYNTAX_RULES.chainTooLong, start[node], end[node], { message })]
  }
  return []
}

/** Tells how many brackets a node is in that its parent is not. */
function bracketCounter({ kind, parent, skip }: Tree, grammar: Grammar): (node: number) => number {
  const bracketed = new Uint8Array(65536)
  for (const { id, name, named } of grammar.kinds)
    if (named && BRACKETED.has(name)) bracketed[id] = 1
  const [call, subscript, comma] = [
    grammar.kindId('call'),
    grammar.kindId('subscript'),
    grammar.kindId(',', false),
  ]
  const splats = new Set([grammar.kindId('list_splat'), grammar.kindId('dictionary_splat')])

  function hasStars(list: number): boolean {
    for (let child = list + 1; child < skip[list]; child = skip[child])
      if (splats.has(kind[child])) return true
    return false
  }

  return (node) => {
    const owner = parent[node]
    const of = kind[owner]
    // `f(*a)` becomes `_apply_(f,*a)`; other calls stay as they are.
    if (of === call) return node === owner + 1 && hasStars(skip[node]) ? 1 : 0
    // Several keys become a tuple: `_getitem_(a,(b,c))`.
    if (of === subscript && (kind[node - 1] === comma || kind[skip[node]] === comma)) return 2
    return bracketed[of]
  }
}

/** A node whose row of clauses is longer than `most`; -1 when there is none. */
function longestRow({ kind, skip, count }: Tree, grammar: Grammar, most: number): number {
  const rows = new Set(
    [
      'if_statement',
      'list_comprehension',
      'set_comprehension',
      'dictionary_comprehension',
      'generator_expression',
    ].map((name) => grammar.kindId(name)),
  )
  for (let node = 0; node < count; node += 1) {
    if (skip[node] - node <= most || !rows.has(kind[node])) continue
    let children = 0
    for (let child = node + 1; child < skip[node]; child = skip[child])
      if ((children += 1) > most) return child
  }
  return -1
}

function tooLong({ start, end }: Tree, node: number, source: Source): Diagnostic {
  const message = `more than ${ROW_LIMIT} clauses in a row: to CPython's compiler each is within the one before`
  return source.diagnostic(SYNTAX_RULES.nestingTooDeep, start[node], end[node], { message })
}

function tooDeep({ start, end }: Tree, node: number, source: Source, depth: number): Diagnostic {
  const message = `nested more than ${depth} levels deep; policy.limits.depth allows more`
  return source.diagnostic(SYNTAX_RULES.nestingTooDeep, start[node], end[node], { message })
}
