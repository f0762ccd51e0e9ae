/** Targets: what is assigned to, deleted, or bound by `as` and `for`, through any parentheses, tuples and lists. */
import type { Reading } from '../rules/reading.js'
import { DUNDER } from '../rules/names.js'
import type { Grammar } from '../syntax/language.js'
import { type Findings, shown } from './findings.js'
import { kindsOf, type KnownKinds } from './kind-ids.js'

/** Finds targets, and judges attributes among them. */
export class Targets {
  private readonly kinds: KnownKinds
  /** Kinds that a target may be within and still be one. */
  private readonly open: ReadonlySet<number>

  constructor(
    grammar: Grammar,
    private readonly reading: Reading,
  ) {
    const kinds = (this.kinds = kindsOf(grammar))
    this.open = new Set([
      kinds.tuple,
      kinds.list,
      kinds.expression_list,
      kinds.parenthesized_expression,
      kinds.list_splat,
      kinds.pattern_list,
      kinds.tuple_pattern,
      kinds.list_pattern,
      kinds.list_splat_pattern,
    ])
  }

  /** Names under `del` and `as`, which the grammar writes as expressions: those within no attribute, item or call. */
  names(node: number): readonly number[] {
    const { kind, skip } = this.reading.tree
    const names: number[] = []
    for (let at = node + 1; at < skip[node]; ) {
      if (kind[at] === this.kinds.identifier) names.push(at)
      at = this.open.has(kind[at]) ? at + 1 : skip[at]
    }
    return names
  }

  /** Reports an attribute between double underscores that is written or deleted, also one that may be read. */
  checkAttribute(node: number, findings: Findings): void {
    const { skip, start, text } = this.reading.tree
    let name = node + 1
    while (skip[name] < skip[node]) name = skip[name]
    if (text.charCodeAt(start[name]) !== UNDERSCORE) return
    if (
      this.reading.names.shape(this.reading.nameOf(name)) !== DUNDER ||
      this.statementOf(node) < 0 ||
      findings.dunders?.admitsWrite(node, name) === true
    )
      return
    findings.say(
      'PR203',
      name,
      `attribute \`${shown(this.reading.textOf(name))}\` cannot be changed`,
    )
  }

  /** The node that `node` is a target of, through whatever it stands in; -1 when it is none. */
  statementOf(node: number): number {
    const { kind, parent, field } = this.reading.tree
    const { kinds } = this
    let at = node
    while (this.open.has(kind[parent[at]])) at = parent[at]
    const above = parent[at]
    const statement = kind[above]
    if (statement === kinds.delete_statement || statement === kinds.as_pattern_target) return above
    const binds =
      statement === kinds.assignment ||
      statement === kinds.augmented_assignment ||
      statement === kinds.for_statement ||
      statement === kinds.for_in_clause
    return binds && field[at] === kinds.fields.left ? above : -1
  }
}

const UNDERSCORE = 95
