/**
 * What an identifier is, told by its parent's kind and the field it hangs from; and which kinds of nodes the scope pass
 * stops at. Tables, so that the pass decides with one array read per node.
 */
import type { Grammar } from '../syntax/language.js'

/** What an identifier does. Those not listed by {@link roleTable} read a name. */
export const READ = 0
/** An attribute's or a keyword's name, or one handled where its statement begins. */
export const NO_NAME = 1
/** The one target of an assignment, or of an annotation. */
export const ASSIGN = 2
/** Bound by anything but an assignment or a definition. */
export const BIND = 3
/** A parameter of a function or a lambda. */
export const PARAMETER_NAME = 4
/** Bound by `:=`. */
export const WALRUS = 5
/** In a `global` statement. */
export const DECLARE_GLOBAL = 6
/** In a `nonlocal` statement. */
export const DECLARE_NONLOCAL = 7
/** Read, then bound. */
export const AUGMENT = 8
/** Part of a dotted name: of an import, or of a pattern. */
export const DOTTED = 9
/** `*x` and `**x` in a pattern of `match`. */
export const CAPTURE = 10
/** Under `*` in parameters or in an assignment's targets. */
export const STARRED = 11
/** What follows `as` in a `case`, or what precedes it elsewhere. */
export const CASE_AS = 12
/** Left of a `for` in a comprehension. */
export const ITERATE = 13
/** In a list of targets, of an assignment or of a `for`. */
export const TARGET = 14

/** In parentheses: a target where those are one. */
export const PARENTHESIZED = 15

/** [parent's kind, field or '', role] */
const ROLES: readonly (readonly [string, string, number])[] = [
  ['attribute', 'attribute', NO_NAME],
  ['keyword_argument', 'name', NO_NAME],
  ['function_definition', 'name', NO_NAME],
  ['class_definition', 'name', NO_NAME],
  ['aliased_import', 'alias', NO_NAME],
  ['assignment', 'left', ASSIGN],
  ['augmented_assignment', 'left', AUGMENT],
  ['for_statement', 'left', BIND],
  ['for_in_clause', 'left', ITERATE],
  ['named_expression', 'name', WALRUS],
  ['pattern_list', '', TARGET],
  ['tuple_pattern', '', TARGET],
  ['list_pattern', '', TARGET],
  ['list_splat_pattern', '', STARRED],
  ['dictionary_splat_pattern', '', STARRED],
  ['as_pattern_target', '', BIND],
  ['as_pattern', '', CASE_AS],
  ['parameters', '', PARAMETER_NAME],
  ['lambda_parameters', '', PARAMETER_NAME],
  ['default_parameter', 'name', PARAMETER_NAME],
  ['typed_default_parameter', 'name', PARAMETER_NAME],
  ['typed_parameter', '', PARAMETER_NAME],
  ['global_statement', '', DECLARE_GLOBAL],
  ['nonlocal_statement', '', DECLARE_NONLOCAL],
  ['dotted_name', '', DOTTED],
  ['splat_pattern', '', CAPTURE],
  ['keyword_pattern', '', NO_NAME],
  ['member_type', '', NO_NAME],
  ['parenthesized_expression', '', PARENTHESIZED],
]

/** Kinds the pass stops at. */
export const IDENTIFIER = 1
/** `def`, also with `async`. */
export const FUNCTION = 2
/** `lambda`. */
export const LAMBDA = 3
/** `class`. */
export const CLASS = 4
/** A comprehension that makes a list, a set or a dict. */
export const COMPREHENSION = 5
/** A generator expression. */
export const GENERATOR = 6
/** `type X = …`. */
export const TYPE_ALIAS = 7
/** `del`. */
export const DELETE = 8
/** What follows `as`, outside a `case`. */
export const AS_TARGET = 9
/** A parameter with a default value. */
export const DEFAULT = 10
/** `import a, b`. */
export const IMPORT = 11
/** `from a import b`. */
export const IMPORT_FROM = 12
/** `from __future__ import annotations`. */
export const FUTURE_IMPORT = 13
/** `return`. */
export const RETURN = 14
/** `yield`, also with `from`. */
export const YIELD = 15
/** `await`. */
export const AWAIT = 16
/** `break` and `continue`. */
export const LOOP_EXIT = 17
/** A `for` statement, also with `async`. */
export const FOR = 18
/** A `with` statement, also with `async`. */
export const WITH = 19
/** A call. */
export const CALL = 20
/** A `for` of a comprehension, also with `async`. */
export const FOR_IN = 21
/** An attribute: `x.name`. */
export const ATTRIBUTE = 22

const STOPS: readonly (readonly [string, number])[] = [
  ['identifier', IDENTIFIER],
  ['function_definition', FUNCTION],
  ['lambda', LAMBDA],
  ['class_definition', CLASS],
  ['list_comprehension', COMPREHENSION],
  ['set_comprehension', COMPREHENSION],
  ['dictionary_comprehension', COMPREHENSION],
  ['generator_expression', GENERATOR],
  ['type_alias_statement', TYPE_ALIAS],
  ['delete_statement', DELETE],
  ['as_pattern_target', AS_TARGET],
  ['default_parameter', DEFAULT],
  ['typed_default_parameter', DEFAULT],
  ['import_statement', IMPORT],
  ['import_from_statement', IMPORT_FROM],
  ['future_import_statement', FUTURE_IMPORT],
  ['return_statement', RETURN],
  ['yield', YIELD],
  ['await', AWAIT],
  ['break_statement', LOOP_EXIT],
  ['continue_statement', LOOP_EXIT],
  ['for_statement', FOR],
  ['with_statement', WITH],
  ['call', CALL],
  ['for_in_clause', FOR_IN],
  ['attribute', ATTRIBUTE],
]

/** Fields fit in 6 bits: the Python grammar has 32. */
export const FIELD_BITS = 6

/** Roles by `kind << FIELD_BITS | field` of an identifier's parent and field. */
export function roleTable(grammar: Grammar): Uint8Array {
  const table = new Uint8Array(tableLength(grammar) << FIELD_BITS)
  for (const [kind, field, role] of ROLES) {
    const row = grammar.kindId(kind) << FIELD_BITS
    if (field !== '') table[row | grammar.fieldId(field)] = role
    else table.fill(role, row, row + (1 << FIELD_BITS))
  }
  return table
}

/** Stops by kind; 0 where the pass goes on. */
export function stopTable(grammar: Grammar): Uint8Array {
  const table = new Uint8Array(tableLength(grammar))
  for (const [kind, stop] of STOPS) table[grammar.kindId(kind)] = stop
  return table
}

function tableLength(grammar: Grammar): number {
  return Math.max(...grammar.kinds.map(({ id }) => id)) + 1
}
