/** A program that was checked, verified and compiled once, to be run many times, each time in a pristine guest. */
import type { Value } from '../trusted/channel/values.js'
import type { Code } from './code.js'
import { checkOptions, type ExecuteOptions, type Inputs } from './options.js'
import type { Outcome } from './outcome.js'

/** A source that was compiled once, to be run many times. Made by {@link Sandbox.compile}. */
export class Program {
  /** Tells a program from a refusal: `if (program.status === 'refused') …`. */
  readonly status = 'compiled'
  readonly source: string
  readonly #run: (options: ExecuteOptions) => Promise<Outcome>

  /** @internal Programs are made by `sandbox.compile()`. */
  constructor(code: Code, run: (options: ExecuteOptions) => Promise<Outcome>) {
    this.source = code.source
    this.#run = run
  }

  /** Runs it with these global names. Rejects as `sandbox.run` does; `T` is the type its value is taken to have. */
  async run<T = Value>(
    inputs: Inputs = {},
    options: Omit<ExecuteOptions, 'inputs'> = {},
  ): Promise<Outcome<T>> {
    checkOptions(options, 'program')
    return (await this.#run({ ...options, inputs })) as Outcome<T>
  }
}
