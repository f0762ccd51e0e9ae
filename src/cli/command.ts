/** What a command of the command line is: its words as data, for parsing, help and completion alike, and what it does. */

/** An option. Those that take a value are written `--name VALUE` or `--name=VALUE`. */
export interface Option {
  readonly describe: string
  /** What the value is, in capitals for the help; an option without one is a switch. */
  readonly argument?: string
  readonly choices?: readonly string[]
  /** Whether a choice may be followed by `=` and a word of its own, as in `json=FILE`. */
  readonly assignable?: boolean
  readonly default?: string
  /** One letter, for `-c`. */
  readonly alias?: string
  /** Whether the next word is its value whatever it looks like: Python on the command line may begin with a dash. */
  readonly verbatim?: boolean
  /** Whether it may be given several times. */
  readonly many?: boolean
}

/** A command line, parsed: positional arguments in order, and options by name. */
export interface Arguments {
  readonly positionals: readonly string[]
  /** The words after `--`, of a command that has them. */
  readonly rest: readonly string[]
  /** The value of an option, its default, or undefined. */
  value(name: string): string | undefined
  /** Every value of an option that may be given several times. */
  values(name: string): readonly string[]
  /** Whether a switch is there. */
  has(name: string): boolean
}

/** One command. Parsing, help and completion know nothing of it but this. */
export interface Command {
  readonly name: string
  /** The positional argument as the help shows it, as in `[paths...]`; absent when there is none. */
  readonly positional?: { readonly usage: string; readonly describe: string; readonly most: number }
  /** What the words after `--` are; without, they are positional arguments that may begin with a dash. */
  readonly rest?: { readonly usage: string; readonly describe: string }
  readonly summary: string
  readonly options: Readonly<Record<string, Option>>
  /** Command lines without the program's name. */
  readonly examples: readonly (readonly [command: string, meaning: string])[]
  readonly statuses: readonly (readonly [status: number, meaning: string])[]
  /** Paragraphs at the end of the help. */
  readonly notes: readonly string[]
  /** The exit status. @throws UsageError for what the command itself finds wrong; other errors are faults of ours. */
  run(args: Arguments): Promise<number>
}

/** The value of an option with choices, as the type that lists them. */
export function choice<C extends string>(args: Arguments, name: string, choices: readonly C[]): C {
  return choices.find((one) => one === args.value(name)) ?? choices[0]!
}
