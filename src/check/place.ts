/** Where a source stands: the modules that it may import, the host's own among them. */

/** @internal Modules a guest may import, each with the names it shows. */
export type ModuleGrants = Readonly<Record<string, readonly string[]>>

/** @internal A module of the host's own: the names it shows (`['*']`: any), and those that a star imports of it. */
export interface OwnModule {
  readonly shows: readonly string[]
  readonly star: readonly string[]
}

/** @internal Modules of the host's own, by their full names. */
export type OwnModules = Readonly<Record<string, OwnModule>>

/** @internal Where a source stands: beside which modules of the host's own, and in which package. */
export interface Place {
  readonly own: OwnModules
  /** Of a module of the host's own: the package it is in, or is; undefined for what is in none. */
  readonly inside?: string | undefined
}

/** @internal A program's place, where the host has no modules. */
export const NOWHERE: Place = { own: {} }

/** @internal The grants with the host's own modules among them, which hide those of the library's that have the same top name. */
export function withOwn(grants: ModuleGrants, { own }: Place): ModuleGrants {
  const names = Object.keys(own)
  if (names.length === 0) return grants
  const tops = new Set(names.map(topOf))
  const merged = Object.create(null) as Record<string, readonly string[]>
  for (const [name, shown] of Object.entries(grants))
    if (!tops.has(topOf(name))) merged[name] = shown
  for (const name of names) merged[name] = own[name]!.shows
  return merged
}

const topOf = (module: string): string => module.split('.')[0]!
