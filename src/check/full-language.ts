/** What `check` says of full Python: what CPython refuses to read, and names that nobody provides. */
import type { Code } from '../diagnostic.js'
import { BUILTINS, DENIED_BUILTINS, GUARDED_BUILTINS } from '../trusted/language/language.js'

/**
 * The rules that say what CPython says. Left out are those that refuse what CPython reads otherwise than the checker's parser does
 * (of such a text `check` says nothing), and those of the restricted language.
 */
export const RULES_OF_PYTHON: ReadonlySet<Code> = new Set<Code>([
  'PR001',
  'PR002',
  'PR004',
  'PR005',
  'PR007',
  'PR009',
  'PR010',
  'PR011',
  'PR012',
  'PR014',
  'PR015',
  'PR016',
  'PR017',
  'PR102',
  'PR110',
  'PR111',
  'PR112',
  'PR113',
  'PR130',
  'PR131',
  'PR132',
  'PR133',
  'PR134',
  'PR135',
  'PR209',
  'PR500',
])

/** Every builtin of CPython's. */
export const ALL_BUILTINS: readonly string[] = [
  ...BUILTINS,
  ...GUARDED_BUILTINS,
  ...Object.keys(DENIED_BUILTINS),
]
