/**
 * What the passes find, before anybody reads it: kept small, since a hostile megabyte holds a hundred thousand findings;
 * sorted, deduplicated and put into words at the end, for as many as are reported.
 */
import type { Code, Diagnostic } from '../diagnostic.js'
import type { Reading } from '../rules/reading.js'
import type { RulePattern, Ruleset } from '../rules/ruleset.js'
import { severityOf } from '../rules/rule.js'
import type { Source } from '../syntax/source.js'
import type { SyntaxRule } from '../syntax/syntax-rules.js'
import type { GuardedDunders } from './guarded-dunders.js'

/** As many diagnostics, and as many warnings, are put into words; the rest are counted. */
const MAX_REPORTED = 1000
/** As many are kept for sorting. Beyond, the first in the source may be missing from the report; none is lost for `ok`. */
const MAX_KEPT = 20_000

/** What is said about a finding. */
export interface Wording {
  readonly message: string
  readonly hint?: string | undefined
}

interface Finding {
  readonly code: Code
  readonly start: number
  readonly end: number
  /** Sorts findings at one place: the order of finding. */
  readonly order: number
  /** The rule's name, where whoever found it knows. */
  readonly rule: string | undefined
  readonly say: () => Wording
}

/** Findings put into words. */
export interface Reported {
  readonly diagnostics: readonly Diagnostic[]
  /** How many findings there are beyond {@link diagnostics}. */
  readonly omitted: number
}

const NOTHING: Reported = Object.freeze({ diagnostics: Object.freeze([]), omitted: 0 })

/** Collects findings about one source. */
export class Findings {
  private readonly found: Finding[] = []
  private allowed: Map<number, Set<RulePattern>> | undefined
  private readonly denied: { readonly pattern: RulePattern; readonly node: number }[] = []
  private uncounted = 0

  constructor(
    private readonly reading: Reading,
    private readonly ruleset: Ruleset,
    /** The codes that are looked for; without, all. */
    private readonly wanted?: ReadonlySet<Code>,
    /** What the policy lets a source name between double underscores, beyond the rule. */
    readonly dunders?: GuardedDunders,
  ) {}

  /** A finding of code, at `node`. `say` is called at most once, and not at all when it is not reported. */
  add(code: Code, node: number, say: () => Wording): void {
    const { tree } = this.reading
    this.addAt(code, tree.start[node], tree.end[node], say)
  }

  /** A finding whose words cost nothing to make. */
  say(code: Code, node: number, message: string, hint?: string): void {
    this.add(code, node, () => ({ message, hint }))
  }

  addAt(code: Code, start: number, end: number, say: () => Wording, rule?: string): void {
    if (this.wanted?.has(code) === false) return
    if (this.found.length >= MAX_KEPT) this.uncounted += 1
    else this.found.push({ code, start, end, order: this.found.length, rule, say })
  }

  /** Findings of kinds and shapes, whose rules say in general what they say. */
  readonly report = (
    rule: SyntaxRule,
    start: number,
    end: number,
    wording?: Partial<Wording>,
  ): void => {
    const say = (): Wording => ({
      message: wording?.message ?? rule.message,
      hint: wording?.hint ?? rule.hint,
    })
    this.addAt(rule.code, start, end, say, rule.name)
  }

  /** `pattern` captured `node` as denied. */
  deny(pattern: RulePattern, node: number): void {
    if (this.wanted?.has(pattern.rule.code) === false) return
    if (this.dunders?.admits(pattern, node) === true) return
    if (this.denied.length >= MAX_KEPT) this.uncounted += 1
    else this.denied.push({ pattern, node })
  }

  /** `pattern` exempts `node` from the patterns that stand before it in its rule's file. */
  allow(pattern: RulePattern, node: number): void {
    this.allowed ??= new Map()
    const known = this.allowed.get(node)
    if (known === undefined) this.allowed.set(node, new Set([pattern]))
    else known.add(pattern)
  }

  /** Errors, or warnings, in the order of the source, one for each rule and place. */
  put(severity: 'error' | 'warning', source: Source): Reported {
    if (this.found.length === 0 && this.denied.length === 0) return NOTHING
    this.settle()
    const chosen = this.found.filter(({ code }) => severityOf(code) === severity)
    chosen.sort(
      (a, b) =>
        a.start - b.start ||
        a.end - b.end ||
        (a.code < b.code ? -1 : a.code > b.code ? 1 : a.order - b.order),
    )
    const distinct = chosen.filter(({ code, start, end }, index) => {
      const before = chosen[index - 1]
      return (
        before === undefined || before.code !== code || before.start !== start || before.end !== end
      )
    })
    return {
      diagnostics: distinct
        .slice(0, MAX_REPORTED)
        .map((finding) => this.diagnostic(finding, source)),
      omitted:
        Math.max(0, distinct.length - MAX_REPORTED) + (severity === 'error' ? this.uncounted : 0),
    }
  }

  /** Turns what patterns captured into findings, without what is exempt. */
  private settle(): void {
    for (const { pattern, node } of this.denied) {
      const { rule, order } = pattern
      const exempt = [...(this.allowed?.get(node) ?? [])].some(
        (other) => other.rule === rule && other.order > order,
      )
      if (exempt) continue
      const { start, end } = this.reading.tree
      this.found.push({
        code: rule.code,
        rule: rule.name,
        start: start[node],
        end: end[node],
        order: this.found.length,
        say: () => this.patternWording(pattern, node),
      })
    }
    this.denied.length = 0
  }

  private patternWording(pattern: RulePattern, node: number): Wording {
    const text = this.reading.textOf(node)
    return {
      message: pattern.message.replace('{deny}', () => shown(text)),
      hint: pattern.hints?.get(text) ?? pattern.hint,
    }
  }

  private diagnostic({ code, start, end, rule, say }: Finding, source: Source): Diagnostic {
    const { message, hint } = say()
    const name = rule ?? this.ruleset.rule(code).name
    const span = source.span(start, end)
    return hint === undefined
      ? { code, rule: name, message, span }
      : { code, rule: name, message, span, hint }
  }
}

/** A name as messages show it: a name may be a megabyte long. */
export function shown(name: string): string {
  return name.length <= 80 ? name : `${name.slice(0, 79)}…`
}
