/** Options that several commands have. */
import type { Arguments, Option } from './command.js'

export const MODES = ['exec', 'eval', 'function'] as const
export const MODE_OPTION: Option = {
  argument: 'MODE',
  choices: MODES,
  default: 'exec',
  describe:
    'What the source is: a program (exec), one expression (eval) or the body of a function (function)',
}

export const COLOURS = ['auto', 'always', 'never'] as const
export const COLOUR_OPTION: Option = {
  argument: 'WHEN',
  choices: COLOURS,
  default: 'auto',
  describe: 'Colours; auto: on a terminal, unless NO_COLOR is set',
}

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
