/** Programs run as guests run them, in stock Pyodide with its classes frozen as the image's are; and hostile fixtures. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sectionsOf } from './case-files.js'
import { Python } from './python.js'

/** How a program ended, the repr of its global `result` or its exception, and what it printed. */
export type Ended = readonly [
  status: 'returned' | 'raised' | 'refused',
  result: string,
  output: string,
]

/** A hostile program of `fixtures/facets/hostile`: what must not hold after it. */
export interface Hostile {
  readonly name: string
  readonly code: string
  /** Python that is true when the attack worked. */
  readonly effect: string
  /** Why the effect does not hold in plain CPython either, for those where it does not. */
  readonly plain: string | undefined
  /** What its policy says of dunders. */
  readonly dunders: string | undefined
}

const folder = join(import.meta.dirname, '../../fixtures/facets')
const FILES = ['facet_guest.py', 'engine.py']

/** The benign programs, name to text. */
export function programs(): readonly (readonly [string, string])[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .sort()
    .map((name) => [name.slice(0, -3), readFileSync(join(folder, name), 'utf8')] as const)
}

/** The hostile programs of every file. */
export function hostilePrograms(): readonly Hostile[] {
  return sectionsOf('facets/hostile').map(({ file, name, text }) => {
    const lines = text.split('\n')
    const said = (key: string): string | undefined =>
      lines.find((line) => line.startsWith(`# ${key}: `))?.slice(key.length + 4)
    const effect = said('effect')
    if (effect === undefined) throw new Error(`${file}: ${name} has no effect`)
    return {
      name: `${file.slice(0, -3)}/${name}`,
      code: text,
      effect,
      plain: said('plain'),
      dunders: said('dunders'),
    }
  })
}

/** An interpreter in which guests run, one after another. */
export class FacetGuest {
  private constructor(readonly python: Python) {}

  static async load(): Promise<FacetGuest> {
    // As the image's, what is there now is no longer looked at by collections: they would take most of the time.
    const code =
      'import gc, facet_guest\nfacet_guest.freeze()\nfacet_guest.compile_shared()\ngc.freeze()'
    const python = await Python.load('facets', FILES, code)
    return new FacetGuest(python)
  }

  /** The value of a Python expression over `facet_guest` and `given`. */
  evaluate(expression: string, given: Readonly<Record<string, unknown>> = {}): unknown {
    return this.python.run(`import facet_guest\n${expression}`, given)
  }

  run(source: string, options: { readonly policy?: object } = {}): Ended {
    return this.evaluate('facet_guest.guest(source, policy)', {
      source,
      policy: options.policy ?? { modules: 'standard files', files: true },
    }) as Ended
  }

  /** How a hostile program ended, and whether its effect holds: true, false, or an error of the effect itself. */
  attack(
    { code, effect, dunders }: Hostile,
    mutant?: string,
  ): readonly [...Ended, boolean | string] {
    return this.evaluate('facet_guest.escaped(code, effect, mutant, dunders)', {
      code,
      effect,
      mutant,
      dunders,
    }) as readonly [...Ended, boolean | string]
  }
}
