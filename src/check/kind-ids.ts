/** The grammar's numbers for the kinds, tokens and fields that the checks speak of. */
import type { Grammar } from '../syntax/language.js'

const KINDS = [
  'aliased_import',
  'argument_list',
  'as_pattern_target',
  'assignment',
  'attribute',
  'augmented_assignment',
  'binary_operator',
  'block',
  'call',
  'case_pattern',
  'class_definition',
  'class_pattern',
  'comment',
  'concatenated_string',
  'constrained_type',
  'delete_statement',
  'dict_pattern',
  'dictionary',
  'dotted_name',
  'else_clause',
  'escape_sequence',
  'except_clause',
  'expression_list',
  'expression_statement',
  'for_in_clause',
  'for_statement',
  'function_definition',
  'future_import_statement',
  'generic_type',
  'identifier',
  'if_statement',
  'import_from_statement',
  'import_prefix',
  'import_statement',
  'interpolation',
  'keyword_argument',
  'lambda',
  'lambda_parameters',
  'line_continuation',
  'list',
  'list_pattern',
  'list_splat',
  'list_splat_pattern',
  'pair',
  'parameters',
  'parenthesized_expression',
  'pattern_list',
  'relative_import',
  'return_statement',
  'set',
  'splat_type',
  'string',
  'string_content',
  'string_end',
  'string_start',
  'tuple',
  'try_statement',
  'tuple_pattern',
  'type',
  'type_parameter',
  'typed_parameter',
  'union_type',
  'while_statement',
  'wildcard_import',
  'yield',
] as const

const TOKENS = { async: 'async', colon: ':', from: 'from', semicolon: ';' } as const

const FIELDS = [
  'alias',
  'arguments',
  'attribute',
  'body',
  'consequence',
  'definition',
  'function',
  'key',
  'left',
  'module_name',
  'name',
  'object',
  'parameters',
  'right',
  'superclasses',
  'type',
  'type_parameters',
  'value',
] as const

/** Ids by name: `kinds.lambda`, `kinds.tokens.async`, `kinds.fields.body`. */
export type KnownKinds = Readonly<Record<(typeof KINDS)[number], number>> & {
  readonly tokens: Readonly<Record<keyof typeof TOKENS, number>>
  readonly fields: Readonly<Record<(typeof FIELDS)[number], number>>
}

const known = new WeakMap<Grammar, KnownKinds>()

/** Every id, looked up once for a grammar. Throws `InstallationError` when it is not the one this was written for. */
export function kindsOf(grammar: Grammar): KnownKinds {
  let kinds = known.get(grammar)
  if (kinds === undefined) known.set(grammar, (kinds = lookUp(grammar)))
  return kinds
}

function lookUp(grammar: Grammar): KnownKinds {
  const entries = <K extends string>(pairs: readonly (readonly [K, number])[]) =>
    Object.fromEntries(pairs) as Record<K, number>
  const tokens = Object.entries(TOKENS) as [keyof typeof TOKENS, string][]
  return {
    ...entries(KINDS.map((name) => [name, grammar.kindId(name)])),
    tokens: entries(tokens.map(([key, token]) => [key, grammar.kindId(token, false)])),
    fields: entries(FIELDS.map((name) => [name, grammar.fieldId(name)])),
  }
}
