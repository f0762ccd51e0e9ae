/** The smallest policy under which sources are accepted, as far as their text tells; and what no policy would let pass. */
import { Analyzer, type Grants } from '../check/checker.js'
import type { Diagnostic } from '../diagnostic.js'
import { FILES_GRANTS } from '../policy/keys/modules.js'
import { DEFAULT_POLICY, type Policy } from '../policy/policy.js'
import { loadParser } from '../syntax/parse.js'

/** The narrowest policy under which a source is accepted. */
export interface SuggestedPolicy {
  /** To be read, and narrowed, by a person: it grants whatever the sources ask for. */
  readonly policy: Policy
  /** For each source, what is refused whatever a policy says. */
  readonly refused: readonly {
    readonly diagnostics: readonly Diagnostic[]
    readonly omitted: number
  }[]
}

/**
 * Suggests the policy that these programs need: modules with the names that they use, and builtins. Limits are left at their
 * defaults.
 */
export async function suggestPolicy(sources: readonly string[]): Promise<SuggestedPolicy> {
  const parser = await loadParser()
  const all: Grants = { ...DEFAULT_POLICY, modules: FILES_GRANTS }
  const whole = new Analyzer(parser, all)
  // Without builtins each that is used is a name from outside.
  const bare = new Analyzer(parser, { ...all, builtins: [] })
  const modules = new Map<string, Set<string>>()
  const builtins = new Set<string>()
  const refused = sources.map((source) => {
    for (const name of bare.analyze(source).result.usedNames)
      if (DEFAULT_POLICY.builtins.includes(name)) builtins.add(name)
    const { result, tree } = whole.analyze(source)
    for (const [module, names] of Object.entries(tree ? whole.needs(result) : {})) {
      const known = modules.get(module) ?? new Set()
      modules.set(module, known)
      for (const name of names === '*' ? ['*'] : names) known.add(name)
    }
    return { diagnostics: result.diagnostics, omitted: result.omitted }
  })
  const policy: Policy = {
    modules: Object.fromEntries(
      [...modules]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([module, names]) => [module, names.has('*') ? '*' : [...names].sort()]),
    ),
    builtins: { allow: [...builtins].sort() },
  }
  return { policy, refused }
}
