/** Names the checks ask about at every turn: interned first, so that their ids are known beforehand. */

/** The names, each at its id less one. The constants below are those ids. */
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

/** `super`, which a source may read and never bind. */
export const SUPER = 1
/** In a pattern, matches anything and binds nothing. */
export const UNDERSCORE = 2
/** Functions that take an attribute's name as a string have the ids from here up to the last. */
export const FIRST_NAME_TAKER = 3
/** `getattr`, whose second argument is an attribute's name. */
export const GETATTR = 3
/** `hasattr`, likewise. */
export const HASATTR = 4
/** The id of the last function that takes an attribute's name: that of `methodcaller`. */
export const LAST_NAME_TAKER = FIXED_NAMES.length
/** The first of those that take names from the first argument on, rather than as the second. */
export const FIRST_GETTER = 7
/** `methodcaller`, of whose arguments the first is a name and the others are not. */
export const METHOD_CALLER = 8
