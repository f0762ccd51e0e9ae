/** The names a source takes from outside: which it uses, which nobody provides, and which it may not have. */
import type { NameId, Names } from '../rules/names.js'
import {
  BUILTINS,
  DENIED_BUILTINS,
  EVALUATORS,
  GUARDED_BUILTINS,
  READABLE_DUNDER_NAMES,
} from '../trusted/language/language.js'
import type { Binder } from './binder.js'
import { type Findings, shown } from './findings.js'
import type { ModuleGrants } from './place.js'
import { nearest } from './nearest.js'
import { packagesOf, whereFrom } from './module-names.js'
import type { Bindings } from './resolve.js'
import { BOUND, MODULE, USED } from './symbols.js'

const PERMITTED = new Set([...BUILTINS, ...GUARDED_BUILTINS])
/** Always there to be read, also where nothing assigns them. */
const MODULE_NAMES = new Set(READABLE_DUNDER_NAMES)

/** Free names, each once, in the order of first use. */
export interface FreeNames {
  readonly usedNames: readonly string[]
  readonly unknownNames: readonly string[]
}

/** What a name that the source does not bind is. */
const PROVIDED = 1
const UNKNOWN = 2
const REFUSED = 3
const BUILTIN = 4

const MOST_KEPT = 1 << 16

/** Sorts free names, for one set of builtins and one table of names. */
export class FreeNameSorter {
  /** What each name is where no caller declares it, judged once while the table of names lasts. */
  private standing = new Uint8Array(4096)
  /** What each name is in the source under way; all 0 between sources. */
  private verdicts = new Uint8Array(4096)
  private generation = 0
  /** Granted modules, and the packages they are in. An expression, which cannot import, finds them as names. */
  private importable: ReadonlySet<string> = new Set()
  private grants: ModuleGrants = {}

  constructor(
    private readonly names: Names,
    private readonly builtins: ReadonlySet<string>,
  ) {}

  /**
   * Sorts the free names of a resolved source; reports refused builtins and, when `declared` is given, unknown names.
   * `isExpression`: the source is one expression.
   */
  sort(
    binder: Binder,
    bindings: Bindings,
    declared: ReadonlySet<string> | undefined,
    findings: Findings,
    isExpression: boolean,
    grants: ModuleGrants,
  ): FreeNames {
    const { names } = this
    if (this.grants !== grants)
      this.importable = new Set(Object.keys(grants).flatMap((name) => [name, ...packagesOf(name)]))
    this.grants = grants
    const { symbols } = binder
    this.begin()
    const { verdicts } = this
    const used: string[] = []
    const unknown: string[] = []
    let trouble = false
    for (let symbol = 1; symbol <= symbols.count; symbol += 1) {
      const name = symbols.name[symbol]
      if (verdicts[name] !== 0 || (symbols.marks[symbol] & USED) === 0) continue
      const binding = bindings[symbol]
      if (binding !== 0) {
        // What the host provides may be read before the source assigns it: `total = total + 1`.
        if (
          declared === undefined ||
          symbols.scope[binding] !== MODULE ||
          !declared.has(names.text(name))
        )
          continue
        verdicts[name] = PROVIDED
        used.push(names.text(name))
        continue
      }
      let verdict = declared?.has(names.text(name)) === true ? PROVIDED : this.standingOf(name)
      if (isExpression && verdict === UNKNOWN && this.importable.has(names.text(name)))
        verdict = BUILTIN
      verdicts[name] = verdict
      if (verdict === BUILTIN) continue
      trouble ||= verdict === REFUSED || (verdict === UNKNOWN && declared !== undefined)
      used.push(names.text(name))
      if (verdict === UNKNOWN) unknown.push(names.text(name))
    }
    if (trouble) this.report(binder, bindings, declared, findings, isExpression)
    for (let symbol = 1; symbol <= symbols.count; symbol += 1) verdicts[symbols.name[symbol]] = 0
    return { usedNames: used, unknownNames: unknown }
  }

  private begin(): void {
    const { count, generation } = this.names
    if (this.generation !== generation || this.standing.length <= count) {
      const longer = new Uint8Array(Math.max(4096, count * 2))
      if (this.generation === generation) longer.set(this.standing)
      this.generation = generation
      this.standing = longer
    }
    if (this.verdicts.length <= count || this.verdicts.length > MOST_KEPT) {
      this.verdicts = new Uint8Array(Math.max(4096, count * 2))
    }
  }

  private standingOf(name: NameId): number {
    if (this.standing[name] === 0) this.standing[name] = judge(this.names.text(name), this.builtins)
    return this.standing[name]
  }

  /** Says it of every place where such a name is read. */
  private report(
    binder: Binder,
    bindings: Bindings,
    declared: ReadonlySet<string> | undefined,
    findings: Findings,
    isExpression: boolean,
  ): void {
    const { names, verdicts } = this
    const { symbols, reads, readNodes, readSymbols } = binder
    const meant = (name: string): string | undefined => whereFrom(name, this.grants, isExpression)
    const suggest = suggestions(names, symbols, [...(declared ?? []), ...this.builtins], meant)
    for (let read = 0; read < reads; read += 1) {
      const symbol = readSymbols[read]
      if (bindings[symbol] !== 0) continue
      const name = symbols.name[symbol]
      const verdict = verdicts[name]
      if (verdict === REFUSED)
        findings.add('PR208', readNodes[read], () => refusal(names.text(name)))
      else if (verdict === UNKNOWN && declared !== undefined) {
        const message = (): string => `nobody provides \`${shown(names.text(name))}\``
        findings.add('PR209', readNodes[read], () => ({ message: message(), hint: suggest(name) }))
      }
    }
  }
}

function judge(name: string, builtins: ReadonlySet<string>): number {
  if (builtins.has(name) || MODULE_NAMES.has(name)) return BUILTIN
  return PERMITTED.has(name) || Object.hasOwn(DENIED_BUILTINS, name) ? REFUSED : UNKNOWN
}

function refusal(name: string): { readonly message: string; readonly hint: string | undefined } {
  if (PERMITTED.has(name))
    return { message: `the policy does not grant builtin \`${name}\``, hint: undefined }
  return {
    message: `builtin \`${name}\` is not available`,
    hint: EVALUATORS.includes(name)
      ? `${DENIED_BUILTINS[name]}; or let the policy say \`evaluate: true\`, which has the text checked`
      : DENIED_BUILTINS[name] || undefined,
  }
}

/** As many of the source's names are candidates for what was meant, and as many names get a suggestion. */
const MOST_CANDIDATES = 1000
const MOST_SUGGESTIONS = 50

/** Suggests what an unknown name was meant to be; the same for the same name, and only for so many. */
function suggestions(
  names: Names,
  symbols: Binder['symbols'],
  provided: readonly string[],
  meant: (name: string) => string | undefined,
): (name: NameId) => string | undefined {
  let candidates: ReadonlySet<string> | undefined
  const known = new Map<NameId, string | undefined>()
  return (name) => {
    if (!known.has(name)) {
      if (known.size >= MOST_SUGGESTIONS) return undefined
      candidates ??= new Set([...provided, ...boundNames(names, symbols)])
      const text = names.text(name)
      const close = nearest(text, candidates)
      const hint = close === undefined ? undefined : `did you mean \`${close}\`?`
      known.set(name, meant(text) ?? hint)
    }
    return known.get(name)
  }
}

function boundNames(names: Names, symbols: Binder['symbols']): ReadonlySet<string> {
  const bound = new Set<string>()
  for (let symbol = 1; symbol <= symbols.count && bound.size < MOST_CANDIDATES; symbol += 1) {
    if ((symbols.marks[symbol] & BOUND) !== 0) bound.add(names.text(symbols.name[symbol]))
  }
  return bound
}
