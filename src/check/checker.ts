/**
 * Source in, findings out: text filter, parse, syntax, kinds, shapes, rules and scopes, in that order; the first that finds
 * the source unreadable is the last that is asked. Synchronous; no Python whatsoever makes it throw.
 */
import type { Diagnostic } from '../diagnostic.js'
import { loadRules } from '../rules/load.js'
import { Reading } from '../rules/reading.js'
import { compileRules } from '../rules/ruleset.js'
import { EVALUATORS } from '../trusted/language/language.js'
import { MODULES } from '../trusted/language/modules.js'
import { examine, type SourceLimits } from '../syntax/examine.js'
import type { Parser } from '../syntax/parse.js'
import { Source } from '../syntax/source.js'
import type { Tree } from '../syntax/tree.js'
import { reportUnbound, reportWalruses, warnModuleAttributes } from './afterthoughts.js'
import { Binder } from './binder.js'
import { Findings } from './findings.js'
import { FIXED_NAMES } from './fixed-names.js'
import { FreeNameSorter } from './free-names.js'
import { ALL_BUILTINS, RULES_OF_PYTHON } from './full-language.js'
import { Imports, type ImportRecord } from './imports.js'
import { NOWHERE, withOwn, type ModuleGrants, type OwnModules, type Place } from './place.js'
import { surfaceOf, type Surface } from './surface.js'
import { GuardedDunders } from './guarded-dunders.js'
import { kindsOf, type KnownKinds } from './kind-ids.js'
import { loadKindTable } from './kinds.js'
import { requireOneExpression } from './one-expression.js'
import { ownOf, validateOptions, type CheckOptions } from './options.js'
import { moduleNeeds, type ModuleNeeds } from './needs.js'
import { resolve, type Bindings } from './resolve.js'
import { Scopes } from './scopes.js'
import { createShapes } from './shapes.js'
import type { SymbolId } from './symbols.js'

/** @internal What a source may have: the part of a resolved policy that `check` looks at. */
export interface Grants {
  readonly language: 'restricted' | 'full'
  readonly modules: ModuleGrants
  /** Every builtin the guest gets, guarded ones included. */
  readonly builtins: readonly string[]
  readonly dunders: 'refused' | 'guarded'
  readonly evaluate: boolean
  readonly limits: SourceLimits
}

/** What became of a check. Plain data. */
export interface CheckResult {
  /** True when there are no diagnostics. Advice, not a promise: what runs is verified again. */
  readonly ok: boolean
  /** What is refused, in the order of the source; at most 1,000. */
  readonly diagnostics: readonly Diagnostic[]
  /** Advice about what is accepted; at most 1,000. */
  readonly warnings: readonly Diagnostic[]
  /** How many diagnostics there are beyond those listed; nearly always 0. */
  readonly omitted: number
  /**
   * The names whose values come from outside, in the order of first use: those read and bound nowhere in the source,
   * without the builtins a guest gets; and of the declared names, those read at all. Empty when it cannot be parsed.
   */
  readonly usedNames: readonly string[]
  /** Those of `usedNames` that are neither declared nor a builtin's. */
  readonly unknownNames: readonly string[]
  readonly imports: readonly ImportRecord[]
}

/** @internal A result, and the tree it is about: for whoever goes on from there without parsing again. */
export interface Analysis {
  readonly result: CheckResult
  readonly source: Source
  /** Valid until the parser's next parse; undefined when the text was refused unparsed. */
  readonly tree: Tree | undefined
  /** Texts in place of nodes, where an import is spelled as it is meant. */
  readonly respelled: ReadonlyMap<number, string>
}

/** @internal Checks sources for one set of grants; the machinery behind `createChecker`. */
export class Analyzer {
  private readonly kinds: KnownKinds
  private readonly reading: Reading
  private readonly binder: Binder
  private readonly imports: Imports
  private readonly scopes: Scopes
  private readonly freeNames: FreeNameSorter
  private bindings!: Bindings
  /** The grants beside the host's own modules, which are the same from source to source. */
  private beside: { readonly own: OwnModules; readonly grants: ModuleGrants }
  private readonly checkLines: ReturnType<typeof createShapes>['checkLines']
  private readonly ruleset
  /** The rules that are looked for, where not all are. */
  private readonly wanted: typeof RULES_OF_PYTHON | undefined
  private readonly granted: ModuleGrants
  private readonly dunders: GuardedDunders | undefined

  /** Throws `RuleError` or `InstallationError` when the rules of this installation cannot be used. */
  constructor(
    private readonly parser: Parser,
    private readonly grants: Grants,
  ) {
    this.kinds = kindsOf(parser)
    this.reading = new Reading(parser, FIXED_NAMES)
    this.binder = new Binder(this.reading)
    this.imports = new Imports(parser, this.reading, this.binder)
    this.ruleset = compileRules(loadRules().values(), parser)
    if (grants.dunders === 'guarded') this.dunders = new GuardedDunders(parser, this.reading)
    const shapes = createShapes(parser)
    this.checkLines = shapes.checkLines
    this.scopes = new Scopes(
      parser,
      this.ruleset,
      loadKindTable(parser),
      shapes,
      this.reading,
      this.binder,
      this.imports,
    )
    const isFull = grants.language === 'full'
    this.wanted = isFull ? RULES_OF_PYTHON : undefined
    this.freeNames = new FreeNameSorter(
      this.reading.names,
      new Set(isFull ? ALL_BUILTINS : [...grants.builtins, ...(grants.evaluate ? EVALUATORS : [])]),
    )
    this.granted = isFull ? MODULES : grants.modules
    this.beside = { own: NOWHERE.own, grants: this.granted }
  }

  /** Throws `ArgumentError` when `text` is no string or an option is unknown. */
  analyze(text: string, options: CheckOptions = {}, place: Place = NOWHERE): Analysis {
    validateOptions(options)
    const source = new Source(text)
    const { tree, diagnostics } = examine(this.parser, source, this.grants.limits)
    const { respelled } = this.imports
    if (tree === undefined) {
      const told = diagnostics.filter(({ code }) => this.wanted?.has(code) !== false)
      return { result: refused(told), source, tree, respelled: new Map() }
    }
    const own = options.modules === undefined ? place.own : ownOf(options.modules)
    return { result: this.judge(source, tree, options, { ...place, own }), source, tree, respelled }
  }

  /** What a module gives to who imports it: of the source that was analysed last. */
  surface(tree: Tree): Surface {
    return surfaceOf(tree, this.kinds, this.reading, this.binder.symbols, this.imports.starred)
  }

  /** Which modules and names of them a program needs: of the source that was analysed last, under all grants. */
  needs({ imports }: CheckResult): ModuleNeeds {
    return moduleNeeds(this.binder, this.bindings, this.imports, imports, this.reading, this.kinds)
  }

  private judge(
    source: Source,
    tree: Tree,
    { mode, names }: CheckOptions,
    place: Place,
  ): CheckResult {
    if (this.beside.own !== place.own)
      this.beside = { own: place.own, grants: withOwn(this.granted, place) }
    const { grants } = this.beside
    const { reading, binder, imports } = this
    reading.begin(tree)
    const findings = new Findings(reading, this.ruleset, this.wanted, this.dunders)
    binder.begin(findings)
    imports.begin(findings, grants, place)
    this.scopes.run(findings, mode)
    const blanks = mode === 'eval' ? leadingBlanks(source.text) : 0
    this.checkLines(tree, (rule, start, end, wording) => {
      // Before an expression blanks are no indentation: Python's `eval` takes them off.
      if (blanks === 0 || start !== blanks) findings.report(rule, start, end, wording)
    })
    if (mode === 'eval') requireOneExpression(reading, source, this.kinds, findings)
    const unbound = (symbol: SymbolId): void =>
      reportUnbound(symbol, binder, reading, findings, mode === 'function')
    const bindings = (this.bindings = resolve(binder.symbols, reading.names.count, unbound))
    reportWalruses(binder, reading, findings)
    warnModuleAttributes(binder, bindings, imports, reading, this.kinds, findings)
    const declared = names === undefined ? undefined : new Set(names)
    const free = this.freeNames.sort(binder, bindings, declared, findings, mode === 'eval', grants)
    const errors = findings.put('error', source)
    return {
      ok: errors.diagnostics.length === 0,
      diagnostics: errors.diagnostics,
      warnings: findings.put('warning', source).diagnostics,
      omitted: errors.omitted,
      ...free,
      imports: imports.records(source),
    }
  }
}

/** How many blanks a source begins with; where an expression is asked for, they mean nothing. */
export function leadingBlanks(text: string): number {
  return /^[ \t]*/.exec(text)![0].length
}

function refused(diagnostics: readonly Diagnostic[]): CheckResult {
  return {
    ok: diagnostics.length === 0,
    diagnostics,
    warnings: [],
    omitted: 0,
    usedNames: [],
    unknownNames: [],
    imports: [],
  }
}
