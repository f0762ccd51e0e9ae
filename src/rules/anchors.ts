/**
 * Which patterns an identifier's name calls for: for nearly every name none, so that rules about names cost one table
 * lookup per identifier, however many rules there are.
 */
import type { NameId, Names } from './names.js'
import type { RulePattern } from './ruleset.js'

const UNKNOWN = 0
const NONE = 1
const SOME = 2

/** Patterns with an anchor, by name. */
export class AnchoredPatterns {
  /** Patterns that list the names they are about. */
  private readonly listed = new Map<string, RulePattern[]>()
  /** Patterns that describe them. */
  private readonly described: RulePattern[] = []
  private verdicts = new Uint8Array(1024)
  private found = new Map<NameId, readonly RulePattern[]>()
  private generation = 0

  constructor(patterns: Iterable<RulePattern>) {
    for (const pattern of patterns) {
      const names = pattern.matcher.anchor?.names
      if (names === undefined) this.described.push(pattern)
      else
        for (const name of names) this.listed.set(name, [...(this.listed.get(name) ?? []), pattern])
    }
  }

  /** To be called before each source. */
  begin(names: Names): void {
    if (this.generation === names.generation) return
    this.generation = names.generation
    this.verdicts = new Uint8Array(1024)
    this.found = new Map()
  }

  /** The patterns that an identifier of this name may be part of; undefined for none. */
  of(name: NameId, names: Names): readonly RulePattern[] | undefined {
    const verdict = name < this.verdicts.length ? this.verdicts[name] : UNKNOWN
    if (verdict === NONE) return undefined
    return verdict === SOME ? this.found.get(name) : this.judge(name, names)
  }

  private judge(name: NameId, names: Names): readonly RulePattern[] | undefined {
    const text = names.text(name)
    const candidates = this.listed.get(text)
    const patterns = [...(candidates ?? []), ...this.described].filter(({ matcher }) =>
      matcher.anchor!.test(text),
    )
    if (name >= this.verdicts.length) {
      const longer = new Uint8Array(Math.max(this.verdicts.length * 2, name + 1))
      longer.set(this.verdicts)
      this.verdicts = longer
    }
    this.verdicts[name] = patterns.length === 0 ? NONE : SOME
    if (patterns.length === 0) return undefined
    this.found.set(name, patterns)
    return patterns
  }
}
