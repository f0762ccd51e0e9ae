/**
 * Attributes between double underscores where the policy guards them: which ones a source may name, and where; and metaclasses. What they yield
 * is judged when the program runs; the guest's guard decides, and this only spares honest programs a refusal.
 */
import type { RulePattern } from '../rules/ruleset.js'
import type { Reading } from '../rules/reading.js'
import type { Grammar } from '../syntax/language.js'
import { GUARDED_DUNDERS, SETTABLE_DUNDERS } from '../trusted/language/language.js'
import { kindsOf, type KnownKinds } from './kind-ids.js'

const readable = new Set(GUARDED_DUNDERS)
const settable = new Set(SETTABLE_DUNDERS)

/** What a policy with guarded dunders exempts from PR203, PR204, PR210 and PR402. */
export class GuardedDunders {
  private readonly kinds: KnownKinds

  constructor(
    grammar: Grammar,
    private readonly reading: Reading,
  ) {
    this.kinds = kindsOf(grammar)
  }

  /** Whether the name string of a `getattr` and kin may be given. */
  admitsString(name: string): boolean {
    return readable.has(name) || settable.has(name)
  }

  /**
   * Whether a pattern denies at `node` what such a policy leaves to guards: the name of a guarded attribute, be it read or
   * written, and a metaclass of the program's own.
   */
  admits({ rule }: RulePattern, node: number): boolean {
    if (rule.code === 'PR402') return true
    if (rule.code !== 'PR203' && rule.code !== 'PR204') return false
    const { kind, parent } = this.reading.tree
    if (kind[parent[node]] !== this.kinds.attribute) return false
    return this.admitsString(this.reading.names.text(this.reading.nameOf(node)))
  }

  /** Whether `attribute`, of that name, is all that a statement assigns to or deletes: `x.__name__ = v`, `del x.__doc__`. */
  admitsWrite(attribute: number, name: number): boolean {
    const { kind, parent, skip } = this.reading.tree
    const { kinds } = this
    const holder = parent[attribute]
    if (!settable.has(this.reading.names.text(this.reading.nameOf(name)))) return false
    if (kind[holder] === kinds.delete_statement) return skip[attribute] >= skip[holder]
    if (kind[holder] !== kinds.assignment || attribute !== holder + 1) return false
    const right = skip[skip[attribute]]
    return (
      kind[parent[holder]] === kinds.expression_statement &&
      right < skip[holder] &&
      skip[right] >= skip[holder] &&
      kind[right] !== kinds.assignment
    )
  }
}
