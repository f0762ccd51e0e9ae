/** The grammar's kinds and fields that rewriting speaks of, resolved once to the parser's numbers. */
import type { Grammar } from '../syntax/language.js'

/** What rewriting needs of a loaded grammar. */
export type KindIds = Pick<Grammar, 'kindId' | 'fieldId'>

const NAMED_KINDS = [
  'argument_list',
  'as_pattern_target',
  'assignment',
  'attribute',
  'augmented_assignment',
  'call',
  'class_definition',
  'constrained_type',
  'delete_statement',
  'dictionary_splat',
  'expression_list',
  'for_in_clause',
  'for_statement',
  'format_expression',
  'format_specifier',
  'generic_type',
  'concatenated_string',
  'identifier',
  'interpolation',
  'keyword_argument',
  'lambda_parameters',
  'list',
  'list_pattern',
  'list_splat',
  'list_splat_pattern',
  'member_type',
  'parameters',
  'parenthesized_expression',
  'pattern_list',
  'slice',
  'splat_type',
  'string',
  'subscript',
  'tuple',
  'tuple_pattern',
  'type',
  'type_alias_statement',
  'type_conversion',
  'type_parameter',
  'typed_parameter',
  'union_type',
  'wildcard_import',
  'yield',
] as const

const TOKENS = {
  async: 'async',
  from: 'from',
  comma: ',',
  colon: ':',
  equals: '=',
  star: '*',
  leftParen: '(',
  rightParen: ')',
  leftBracket: '[',
  rightBracket: ']',
  leftBrace: '{',
  rightBrace: '}',
} as const

const FIELDS = [
  'body',
  'left',
  'name',
  'operator',
  'right',
  'superclasses',
  'type_parameters',
] as const

/** A kind's name as it is spelled in the grammar. */
export type KindName = (typeof NAMED_KINDS)[number]

/** Ids by name; `tokens` are the anonymous kinds. */
export interface Kinds extends Readonly<Record<KindName, number>> {
  readonly tokens: Readonly<Record<keyof typeof TOKENS, number>>
  readonly fields: Readonly<Record<(typeof FIELDS)[number], number>>
}

/** Looks every name up. Throws `InstallationError` when the grammar lacks one: it is not the one this version knows. */
export function resolveKinds(grammar: KindIds): Kinds {
  const byName = <K extends string>(
    names: readonly K[],
    id: (name: K) => number,
  ): Record<K, number> =>
    Object.fromEntries(names.map((name) => [name, id(name)])) as Record<K, number>
  const tokenNames = Object.keys(TOKENS) as (keyof typeof TOKENS)[]
  return {
    ...byName(NAMED_KINDS, (name) => grammar.kindId(name)),
    tokens: byName(tokenNames, (name) => grammar.kindId(TOKENS[name], false)),
    fields: byName(FIELDS, (name) => grammar.fieldId(name)),
  }
}
