/** Options that several commands have. */
import { MODES } from '../check/options.js'
import type { Arguments, Option } from './command.js'
import { UsageError } from './status.js'

/** What the source is. Default: a program. */
export const MODE_OPTION: Option = {
  argument: 'MODE',
  choices: MODES,
  default: 'exec',
  describe:
    'What the source is: a program (exec), one expression (eval) or the body of a function (function)',
}

/** What `--color` takes. */
export const COLOURS = ['auto', 'always', 'never'] as const
/** Whether what is printed has colours. Default: on a terminal. */
export const COLOUR_OPTION: Option = {
  argument: 'WHEN',
  choices: COLOURS,
  default: 'auto',
  describe: 'Colours; auto: on a terminal, unless NO_COLOR is set',
}

/** What else is told of lines is `firstLine`'s to say. */
export const FIRST_LINE_OPTION: Option = {
  argument: 'N',
  describe:
    'The number of its first line in reports; default 1; -2 where 3 lines of yours come first',
}

/**
 * The number that `--first-line` gives, else 1.
 * @throws UsageError for what is no whole number, or less than the reports have room for
 */
export function firstLineOf(args: Arguments, least = -Infinity): number {
  const text = args.value('first-line')
  if (text === undefined) return 1
  if (!/^[+-]?\d{1,9}$/.test(text))
    throw new UsageError(`--first-line: must be a whole number, not "${text}"`)
  if (Number(text) < least) throw new UsageError(`--first-line: must be ${least} or more`)
  return Number(text)
}

/** The names that a host provides. Without the option no free name is a finding for being free. */
export const NAMES_OPTION: Option = {
  argument: 'A,B',
  many: true,
  describe: 'Names that the host provides: any other free name is then a finding',
}

/** The names of `--names`, undefined when it is not given; whether they are names is the checker's to say. */
export function namesOf(args: Arguments): readonly string[] | undefined {
  return args.has('names')
    ? args
        .values('names')
        .flatMap((list) => list.split(','))
        .map((name) => name.trim())
    : undefined
}
