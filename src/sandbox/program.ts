/** A program that was checked, verified and compiled once, to be run many times, each time in a pristine guest. */
import type { Code } from './compiler.js'
import { checkOptions, type ExecuteOptions, type Inputs } from './options.js'
import type { Outcome } from './outcome.js'

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

  /** Runs it with these global names. Rejects as `sandbox.run` does. */
  async run(inputs: Inputs = {}, options: Omit<ExecuteOptions, 'inputs'> = {}): Promise<Outcome> {
    checkOptions(options, 'program')
    return this.#run({ ...options, inputs })
  }
}
