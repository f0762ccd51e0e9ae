/** `modules`: what a guest may import, and the names that each module shows. */
import * as v from 'valibot'
import { nearest } from '../../check/nearest.js'
import { PolicyError } from '../../errors.js'
import {
  FILE_MODULES,
  modulesOf,
  NETWORK_MODULES,
  type ModuleSet,
} from '../../trusted/language/modules.js'
import { notList, policyKey, word } from '../key.js'

/** What a policy writes. */
export interface ModulesKey {
  /**
   * Importable modules with the names each shows (`'*'`: all reviewed ones). `'standard'`: every reviewed module of pure computation,
   * those of files where the policy has `filesystem`, and those of requests where it has `network`. `'standard files'`: those of
   * files in any case; without `filesystem` they find an empty folder that nobody can write to. Default: none.
   */
  readonly modules?:
    | 'standard'
    | 'standard files'
    | Readonly<Record<string, '*' | readonly string[]>>
    | undefined
}

/** Its complete form. */
export interface ResolvedModules {
  readonly modules: ModuleGrants
}

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

const SETS = new Map(
  (['standard', 'standard files', 'standard network', 'standard files network'] as const).map(
    (set) => [set, table(Object.entries(modulesOf(set)))] as const,
  ),
)

/** What `modules: 'standard'` grants: every module of pure computation that has a reviewed facet, with every name of it. */
const STANDARD_GRANTS: ModuleGrants = SETS.get('standard')!

/** The same, with the modules of files. */
export const FILES_GRANTS: ModuleGrants = SETS.get('standard files')!

/** Every module with a reviewed facet: those by which a guest has files and makes requests too. */
export const ALL_GRANTS: ModuleGrants = SETS.get('standard files network')!

/** The name of a set that is granted as a whole. */
export function setOf(grants: ModuleGrants): ModuleSet | undefined {
  for (const [set, whole] of SETS) if (whole === grants) return set
  return undefined
}

/** Whether modules of files are among them: their system calls are then answered, though there be no file. */
export const hasFileModules = (grants: ModuleGrants): boolean =>
  Object.keys(FILE_MODULES).some((module) => Object.hasOwn(grants, module))

/** No module at all. */
const NO_MODULES: ModuleGrants = table([])

/**
 * The grants that a policy's `modules` stands for.
 * @throws PolicyError where it names a module or a name without a facet: nothing is imported that was not reviewed.
 */
export function resolveModules(
  modules: 'standard' | 'standard files' | Readonly<Record<string, '*' | readonly string[]>>,
): ModuleGrants {
  if (modules === 'standard') return STANDARD_GRANTS
  if (modules === 'standard files') return FILES_GRANTS
  return table(
    Object.entries(modules).map(
      ([module, names]) => [module, resolveNames(module, names)] as const,
    ),
  )
}

function resolveNames(module: string, names: '*' | readonly string[]): readonly string[] {
  const known = Object.hasOwn(ALL_GRANTS, module) ? ALL_GRANTS[module] : undefined
  if (known === undefined) {
    throw new PolicyError(
      `policy.modules: there is no reviewed module "${module}"${suggest(
        module,
        Object.keys(ALL_GRANTS),
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

/**
 * What the policy's modules are: the standard ones with those of files and of requests where it grants such.
 * @throws PolicyError for a module that makes requests where none is allowed.
 */
export function withDoors(
  grants: ModuleGrants,
  { files, network }: { readonly files: boolean; readonly network: boolean },
): ModuleGrants {
  if (grants === STANDARD_GRANTS || grants === FILES_GRANTS) {
    const hasFiles = files || grants === FILES_GRANTS
    return SETS.get(`standard${hasFiles ? ' files' : ''}${network ? ' network' : ''}`)!
  }
  const idle = Object.keys(grants).find((module) => Object.hasOwn(NETWORK_MODULES, module))
  if (idle === undefined || network) return grants
  throw new PolicyError(
    `policy.modules: "${idle}" makes requests, and the policy allows none ("network")`,
  )
}

function suggest(word: string, candidates: Iterable<string>): string {
  const close = nearest(word, candidates)
  return close === undefined ? '' : `; did you mean "${close}"?`
}

const names = v.union(
  [v.literal('*'), v.array(word)],
  'must be a list of names, or "*" for all that are reviewed',
)

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const modules = policyKey({
  schema: v.union(
    [v.picklist(['standard', 'standard files']), notList(v.record(word, names))],
    (issue) =>
      `must be "standard", "standard files", or an object of modules with the names each shows, not ${issue.received}`,
  ),
  text:
    'What may be imported: "standard" for every reviewed module of pure computation, and those of files and of requests where ' +
    'the policy grants such; "standard files" for those of files without files too; or modules with the names each shows. Nothing ' +
    'when left out.',
  standard: NO_MODULES,
  resolve: (written) => resolveModules(written),
})
