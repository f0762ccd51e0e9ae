/** The modules a policy may grant, and the resolution of `modules` to plain lists of names. */
import { PolicyError } from '../errors.js'
import { MODULES } from '../trusted/language/modules.js'
import { nearest } from '../check/nearest.js'

/** Modules as a run is given them: each with the names it shows. Null-prototype and frozen, so no key is inherited. */
export type ModuleGrants = Readonly<Record<string, readonly string[]>>

const table = (entries: Iterable<readonly [string, readonly string[]]>): ModuleGrants => {
  const record: Record<string, readonly string[]> = Object.create(null) as Record<
    string,
    readonly string[]
  >
  for (const [name, names] of entries) record[name] = Object.freeze([...names])
  return Object.freeze(record)
}

/** Every module with a reviewed facet, with every name of it: what `modules: 'standard'` grants. */
export const STANDARD_GRANTS: ModuleGrants = table(Object.entries(MODULES))

/** No module at all. */
export const NO_MODULES: ModuleGrants = table([])

/**
 * The grants that a policy's `modules` stands for.
 * @throws PolicyError where it names a module or a name without a facet: nothing is imported that was not reviewed.
 */
export function resolveModules(
  modules: 'standard' | Readonly<Record<string, '*' | readonly string[]>>,
): ModuleGrants {
  if (modules === 'standard') return STANDARD_GRANTS
  return table(
    Object.entries(modules).map(
      ([module, names]) => [module, resolveNames(module, names)] as const,
    ),
  )
}

function resolveNames(module: string, names: '*' | readonly string[]): readonly string[] {
  const known = Object.hasOwn(STANDARD_GRANTS, module) ? STANDARD_GRANTS[module] : undefined
  if (known === undefined) {
    throw new PolicyError(
      `policy.modules: there is no reviewed module "${module}"${suggest(
        module,
        Object.keys(STANDARD_GRANTS),
      )}`,
    )
  }
  if (names === '*') return known
  for (const [index, name] of names.entries()) {
    if (!known.includes(name)) {
      throw new PolicyError(
        `policy.modules["${module}"][${index}]: "${name}" is not among the reviewed names of ${module}${suggest(
          name,
          known,
        )}`,
      )
    }
  }
  return [...new Set(names)].sort()
}

function suggest(word: string, candidates: Iterable<string>): string {
  const close = nearest(word, candidates)
  return close === undefined ? '' : `; did you mean "${close}"?`
}
