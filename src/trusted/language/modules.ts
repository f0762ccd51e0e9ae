/**
 * The standard library as guests see it, read from the records of `modules/`, one for each module. Every table here is one field of
 * the records; the image build hands the tables to Python.
 */
import { DATA } from './modules/data.js'
import { FILES } from './modules/files.js'
import { FORMATS } from './modules/formats.js'
import { NETWORK } from './modules/network.js'
import { NUMBERS } from './modules/numbers.js'
import { PROGRAMS } from './modules/programs.js'
import type { ModuleRecord, ModuleRecords } from './modules/record.js'
import { TEXT } from './modules/text.js'
import { TWINS } from './modules/twins.js'

type Names = Readonly<Record<string, readonly string[]>>

const STANDARD: ModuleRecords = { ...DATA, ...FORMATS, ...NUMBERS, ...PROGRAMS, ...TEXT, ...TWINS }
const EVERY: ModuleRecords = { ...STANDARD, ...FILES, ...NETWORK }

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Module → the names in one field of its record, for those that have it, sorted. */
function field(
  records: ModuleRecords,
  of: (record: ModuleRecord) => string | true | undefined,
): Names {
  return Object.fromEntries(
    Object.entries(records)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, record]) => {
        const names = of(record)
        return names === undefined ? [] : [[name, words(names === true ? record.shows : names)]]
      }),
  )
}

/** Module → the names that a guest may import from it, in the 'standard' set. */
export const MODULES: Names = field(STANDARD, ({ shows }) => shows)

/**
 * Modules of files, with their names. The 'standard' set of a policy with `filesystem` has them; any policy may list them, and
 * without files what they ask the system for is an OSError.
 */
export const FILE_MODULES: Names = field(FILES, ({ shows }) => shows)

/** Modules by which a guest makes requests, with their names. A policy without `network` grants none. */
export const NETWORK_MODULES: Names = field(NETWORK, ({ shows }) => shows)

/** What the words of a {@link ModuleSet} stand for. */
const PARTS = { standard: MODULES, files: FILE_MODULES, network: NETWORK_MODULES } as const

/** Name of a set of modules that a policy grants whole: `'standard'`, and what of the others it has reason to. */
export type ModuleSet = `standard${'' | ' files'}${'' | ' network'}`

/** The modules of the set, with their names. */
export function modulesOf(set: ModuleSet): Names {
  const parts = set.split(' ') as (keyof typeof PARTS)[]
  return Object.assign({}, ...parts.map((part) => PARTS[part]))
}

/** Modules of which these names are guest code. */
export const WRITTEN: Names = field(EVERY, ({ written }) => written)

/** Modules in C → the public module whose names they have. */
export const TWIN_OF: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TWINS).map(([name, { twin }]) => [name, twin!]),
)

/** Modules whose names begin as private ones do, and that programs import all the same. */
export const MODULES_IN_C: readonly string[] = Object.keys(MODULES).filter((name) =>
  /^_[a-z]/.test(name),
)

/** Those that have text evaluated for a program that names no `exec`. */
export const EVALUATING: readonly string[] = Object.keys(EVERY).filter(
  (name) => EVERY[name]!.evaluating,
)

/** Modules of which a file of `facets/` supplies some or all names. */
export const WRAPPED: readonly string[] = Object.keys(EVERY).filter((name) => EVERY[name]!.wrapped)

/** Image classes a guest class may derive from, by module. */
export const SUBCLASSABLE: Names = field(EVERY, ({ subclassable }) => subclassable)

/** Image classes whose instances take attribute writes from guests, by module. */
export const CONFIGURABLE: Names = field(EVERY, ({ configurable }) => configurable)

/** Private methods that guests may override, by the class that calls them. */
export const HOOKS: Names = Object.fromEntries(
  Object.entries(EVERY).flatMap(([module, { hooks = {} }]) =>
    Object.entries(hooks).map(([name, methods]) => [`${module}.${name}`, words(methods)]),
  ),
)

/** Every module of the 'standard' set, sorted. */
export const STANDARD_MODULES: readonly string[] = Object.keys(MODULES).sort()
