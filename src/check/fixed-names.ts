/** Names the checks ask about at every turn: interned first, so that their ids are known beforehand. */

export const FIXED_NAMES = [
  'super',
  '_',
  'getattr',
  'hasattr',
  'setattr',
  'delattr',
  'attrgetter',
  'methodcaller',
] as const

export const SUPER = 1
/** In a pattern, matches anything and binds nothing. */
export const UNDERSCORE = 2
/** Functions that take an attribute's name as a string have the ids from here up to the last. */
export const FIRST_NAME_TAKER = 3
export const GETATTR = 3
export const HASATTR = 4
export const LAST_NAME_TAKER = FIXED_NAMES.length
/** The first of those that take names from the first argument on, rather than as the second. */
export const FIRST_GETTER = 7
export const METHOD_CALLER = 8
