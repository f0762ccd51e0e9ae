/**
 * The one pass over a tree: tries the rules' patterns at each node, and follows Python 3.14's scopes to learn which scope
 * binds and uses which name. It does not recurse, and makes no object for a node.
 */
import type { Reading } from '../rules/reading.js'
import type { AnchoredPatterns } from '../rules/anchors.js'
import { ALLOW, DENY, type RulePattern, type Ruleset } from '../rules/ruleset.js'
import type { Grammar } from '../syntax/language.js'
import { EXACT_KEY_CLASSES } from '../trusted/language.js'
import type { Binder } from './binder.js'
import { ClassLiterals } from './class-literals.js'
import type { Findings } from './findings.js'
import { UNDERSCORE } from './fixed-names.js'
import { Flow } from './flow.js'
import { Frames } from './frames.js'
import type { Imports } from './imports.js'
import { kindsOf, type KnownKinds } from './kind-ids.js'
import { reportDeniedKind, type KindTable } from './kinds.js'
import { NameStrings } from './name-strings.js'
import * as roles from './roles.js'
import type { Shapes } from './shapes.js'
import {
  ASYNC, CLASS_SCOPE, COMPREHENSION_SCOPE, EXACT_KEY, FUNCTION_SCOPE, GENERATOR_SCOPE, LAMBDA_SCOPE, MODULE_SCOPE,
  PARAMETER, TYPE_PARAMETER, TYPE_SCOPE, type ScopeId,
} from './symbols.js'
import { Targets } from './targets.js'

const EXACT_KEYS = new Set(EXACT_KEY_CLASSES)
const { FIELD_BITS } = roles

/** Runs the pass over one tree after another. */
export class Scopes {
  private readonly kinds: KnownKinds
  private readonly roles: Uint8Array
  private readonly stops: Uint8Array
  private readonly frames = new Frames()
  private readonly flow: Flow
  private readonly nameStrings: NameStrings
  private readonly literals: ClassLiterals
  private readonly targets: Targets
  /** Roles of identifiers that their parents do not tell: `del (a, b)`, `def f[T]`. */
  private readonly exceptions = new Map<number, number>()
  private readonly patterns: (readonly RulePattern[] | undefined)[] = []
  private readonly shapeChecks: Shapes['checks']
  /** By kind id: 0 where nobody has anything to do. */
  private readonly busy: Uint8Array
  private findings!: Findings
  private readonly anchored: AnchoredPatterns
  /** Where a pattern was tried last. */
  private readonly tried = new Map<RulePattern, number>()
  /** The pattern being tried. */
  private pattern!: RulePattern

  constructor(
    grammar: Grammar,
    ruleset: Ruleset,
    private readonly kindTable: KindTable,
    shapes: Shapes,
    private readonly reading: Reading,
    private readonly binder: Binder,
    private readonly imports: Imports,
  ) {
    this.kinds = kindsOf(grammar)
    this.roles = roles.roleTable(grammar)
    this.stops = roles.stopTable(grammar)
    this.busy = new Uint8Array(this.stops.length)
    this.flow = new Flow(grammar, reading, binder.symbols)
    this.nameStrings = new NameStrings(grammar, reading)
    this.literals = new ClassLiterals(grammar, reading)
    this.targets = new Targets(grammar, reading)
    this.shapeChecks = shapes.checks
    this.anchored = ruleset.anchored
    for (let kind = 0; kind < this.busy.length; kind += 1) {
      this.patterns[kind] = ruleset.at(kind)
      const idle = kindTable.denied[kind] === 0 && shapes.checks[kind] === undefined && this.patterns[kind] === undefined
      // Kinds that no list has are denied, and so are busy.
      this.busy[kind] = idle && (this.stops[kind] ?? 0) === 0 ? 0 : 1
    }
  }

  /** Reads the whole tree of `reading`, after `begin` of binder and imports. */
  run(findings: Findings): void {
    this.findings = findings
    this.flow.begin(findings)
    this.frames.begin()
    if (this.exceptions.size > 0) this.exceptions.clear()
    const { frames, patterns, stops, shapeChecks, busy, anchored, reading } = this
    const { tree } = reading
    const { kind, count } = tree
    anchored.begin(reading.names)
    if (this.tried.size > 0) this.tried.clear()
    const { denied } = this.kindTable
    for (let node = 0; node < count; node += 1) {
      if (node >= frames.end) frames.leave(node)
      if (node === frames.next) frames.arrive()
      const here = kind[node]
      if (busy[here] === 0) continue
      if (denied[here] !== 0) reportDeniedKind(this.kindTable, tree, node, findings.report)
      const shape = shapeChecks[here]
      if (shape !== undefined) shape(tree, node, findings.report)
      const rules = patterns[here]
      if (rules !== undefined) this.match(rules, node)
      const stop = stops[here]
      if (stop === roles.IDENTIFIER) {
        const around = anchored.of(reading.nameOf(node), reading.names)
        if (around !== undefined) this.matchAround(around, node)
        this.identifier(node)
      }
      else if (stop !== 0) this.stop(stop, node)
    }
  }

  private match(patterns: readonly RulePattern[], node: number): void {
    for (const pattern of patterns) {
      this.pattern = pattern
      pattern.matcher.match(this.reading, node, this.captured)
    }
  }

  /** Tries patterns that `node`'s name is part of, at the nodes above it where they begin. */
  private matchAround(patterns: readonly RulePattern[], node: number): void {
    const { kind, parent } = this.reading.tree
    for (const pattern of patterns) {
      const { kinds, anchor, match } = pattern.matcher
      for (const depth of anchor!.depths) {
        let root = node
        for (let level = 0; level < depth && root >= 0; level += 1) root = parent[root]
        // One class may have ten thousand such bases: it is looked at once.
        if (root < 0 || !kinds.includes(kind[root]) || this.tried.get(pattern) === root) continue
        this.tried.set(pattern, root)
        this.pattern = pattern
        match(this.reading, root, this.captured)
      }
    }
  }

  private readonly captured = (capture: string, node: number): void => {
    if (capture === DENY) this.findings.deny(this.pattern, node)
    else if (capture === ALLOW) this.findings.allow(this.pattern, node)
  }

  private identifier(node: number): void {
    const { kind, field, parent } = this.reading.tree
    const above = parent[node]
    let role = this.roles[(kind[above] << FIELD_BITS) | field[node]]
    if (this.exceptions.size !== 0) role = this.exceptions.get(node) ?? role
    const { scope } = this.frames
    if (role === roles.READ) this.binder.read(node, scope)
    else if (role !== roles.NO_NAME) this.bindAs(role, node, above, scope)
  }

  private bindAs(role: number, node: number, above: number, scope: ScopeId): void {
    const { binder } = this
    const { kind, parent } = this.reading.tree
    switch (role) {
      case roles.ASSIGN: return this.assign(node, above, scope)
      case roles.AUGMENT:
        binder.read(node, scope)
        binder.bind(node, scope, 'assignment')
        if (binder.symbols.scopeKind[scope] === CLASS_SCOPE) this.literals.check(above, this.reading.textOf(node), this.findings)
        return
      case roles.BIND: case roles.ITERATE: case roles.TARGET: return void binder.bind(node, scope, 'other')
      case roles.PARAMETER_NAME: return void binder.bind(node, this.frames.definition, 'other', PARAMETER)
      case roles.WALRUS: return this.walrus(node, above, scope)
      case roles.DECLARE_GLOBAL: return binder.declareGlobal(node, scope)
      case roles.DECLARE_NONLOCAL: return binder.declareNonlocal(node, scope)
      case roles.DOTTED: return this.dotted(node, above, scope)
      case roles.CAPTURE: return this.capture(node, scope)
      case roles.STARRED: {
        const around = kind[parent[above]]
        const { parameters, lambda_parameters: lambdaParameters, typed_parameter: typed } = this.kinds
        if (around === parameters || around === lambdaParameters || around === typed) {
          return void binder.bind(node, this.frames.definition, 'other', PARAMETER)
        }
        return void binder.bind(node, scope, 'other')
      }
      case roles.PARENTHESIZED: {
        const statement = this.targets.statementOf(node)
        if (statement < 0 || kind[statement] === this.kinds.augmented_assignment) binder.read(node, scope)
        if (statement >= 0) binder.bind(node, scope, 'other')
        return
      }
      case roles.CASE_AS:
        if (kind[parent[above]] === this.kinds.case_pattern) return this.capture(node, scope)
        return void binder.read(node, scope)
    }
  }

  private assign(node: number, assignment: number, scope: ScopeId): void {
    const { kind, skip } = this.reading.tree
    const { binder, kinds } = this
    if (kind[skip[node]] === kinds.tokens.colon && binder.symbols.scopeKind[scope] === MODULE_SCOPE
      && this.child(assignment, kinds.fields.right) < 0) return binder.annotate(node, scope)
    binder.bind(node, scope, 'assignment')
    if (binder.symbols.scopeKind[scope] === CLASS_SCOPE) {
      this.literals.check(assignment, this.reading.textOf(node), this.findings)
    }
  }

  private walrus(node: number, expression: number, scope: ScopeId): void {
    this.binder.walrus(node, scope)
    const { kind, field, parent } = this.reading.tree
    const { kinds } = this
    // Python refuses it within anything a comprehension iterates over, at whatever depth, lambdas included.
    for (let at = expression; at > 0; at = parent[at]) {
      if (kind[at] === kinds.block) return
      if (field[at] === kinds.fields.right && kind[parent[at]] === kinds.for_in_clause) {
        this.findings.add('PR135', node, () => ({
          message: '`:=` within what a comprehension iterates over', hint: 'assign the name in a line before',
        }))
        return
      }
    }
  }

  /** Part of a dotted name: in imports handled there; in patterns `a.b` is read, and `a` alone is bound. */
  private dotted(node: number, name: number, scope: ScopeId): void {
    const { kind, parent, skip } = this.reading.tree
    const { kinds } = this
    const around = kind[parent[name]]
    if (around === kinds.import_statement || around === kinds.import_from_statement || around === kinds.aliased_import
      || around === kinds.future_import_statement || around === kinds.relative_import) return
    if (node !== name + 1) return
    const alone = skip[node] === skip[name]
    if (alone && around !== kinds.class_pattern) this.capture(node, scope)
    else this.binder.read(node, scope)
  }

  private capture(node: number, scope: ScopeId): void {
    if (this.reading.nameOf(node) !== UNDERSCORE) this.binder.bind(node, scope, 'other')
  }

  private stop(stop: number, node: number): void {
    const { frames, kinds } = this
    const { skip } = this.reading.tree
    const { scope } = frames
    switch (stop) {
      case roles.ATTRIBUTE: return this.targets.checkAttribute(node, this.findings)
      case roles.CALL: return this.nameStrings.check(node, this.findings)
      case roles.FUNCTION: return this.function(node, scope)
      case roles.LAMBDA: {
        const inner = this.addScope(LAMBDA_SCOPE, scope)
        frames.enter(skip[node], scope, inner)
        return this.enterAt(this.child(node, kinds.fields.body), inner)
      }
      case roles.CLASS: return this.class(node, scope)
      case roles.COMPREHENSION: case roles.GENERATOR: return this.comprehension(node, stop, scope)
      case roles.TYPE_ALIAS: return this.typeAlias(node, scope)
      case roles.DELETE: case roles.AS_TARGET:
        for (const name of this.targets.names(node)) this.exceptions.set(name, roles.BIND)
        return
      case roles.DEFAULT:
        // Evaluated outside of the function, also of its type parameters.
        if (this.binder.symbols.scopeKind[scope] !== TYPE_SCOPE) return
        return this.enterAt(this.child(node, kinds.fields.value), this.binder.symbols.scopeParent[scope])
      case roles.IMPORT: return this.imports.importStatement(node, scope)
      case roles.IMPORT_FROM: return this.imports.importFrom(node, scope)
      case roles.FUTURE_IMPORT: return this.imports.futureImport(node, scope)
      case roles.RETURN: return this.flow.returns(node, scope)
      case roles.YIELD: return this.flow.yields(node, scope)
      case roles.AWAIT: return this.flow.awaits(node, scope, 'await')
      case roles.LOOP_EXIT: return this.flow.exits(node)
      case roles.FOR: case roles.FOR_IN: return this.flow.asyncStatement(node, scope, 'async for')
      case roles.WITH: return this.flow.asyncStatement(node, scope, 'async with')
    }
  }

  private function(node: number, outer: ScopeId): void {
    const { binder, frames, kinds } = this
    const { kind, skip } = this.reading.tree
    binder.bind(this.child(node, kinds.fields.name), outer, 'definition')
    const around = this.typeParameters(node, outer)
    const inner = this.addScope(FUNCTION_SCOPE, around, kind[node + 1] === kinds.tokens.async ? ASYNC : 0)
    frames.enter(skip[node], around, inner)
    this.enterAt(this.child(node, kinds.fields.body), inner)
  }

  private class(node: number, outer: ScopeId): void {
    const { binder, frames, kinds, reading } = this
    const { kind, skip } = reading.tree
    const name = this.child(node, kinds.fields.name)
    binder.bind(name, outer, 'other')
    const around = this.typeParameters(node, outer)
    let marks = 0
    const bases = this.child(node, kinds.fields.superclasses)
    for (let base = bases + 1; bases >= 0 && base < skip[bases]; base = skip[base]) {
      if (kind[base] === kinds.identifier && EXACT_KEYS.has(reading.textOf(base))) marks = EXACT_KEY
    }
    const inner = binder.symbols.addScope(CLASS_SCOPE, around, marks, reading.nameOf(name))
    frames.enter(skip[node], around, inner)
    this.enterAt(this.child(node, kinds.fields.body), inner)
  }

  /** The scope of a definition's type parameters, `outer` when it has none. */
  private typeParameters(node: number, outer: ScopeId): ScopeId {
    const list = this.child(node, this.kinds.fields.type_parameters)
    return list < 0 ? outer : this.bindTypeParameters(list, outer)
  }

  private bindTypeParameters(list: number, outer: ScopeId): ScopeId {
    const { kind, skip } = this.reading.tree
    const { kinds } = this
    const scope = this.addScope(TYPE_SCOPE, outer)
    for (let item = list + 1; item < skip[list]; item = skip[item]) {
      let name = item
      // A default, `T = int`, is read as `T | int`: see syntax/misreadings.ts.
      while (kind[name] === kinds.type || kind[name] === kinds.constrained_type || kind[name] === kinds.binary_operator || kind[name] === kinds.union_type) name += 1
      if (kind[name] === kinds.splat_type) name += 2
      if (kind[name] !== kinds.identifier) continue
      this.exceptions.set(name, roles.NO_NAME)
      this.binder.bind(name, scope, 'other', TYPE_PARAMETER)
    }
    return scope
  }

  private typeAlias(node: number, outer: ScopeId): void {
    const { kind, skip } = this.reading.tree
    const { kinds } = this
    let name = this.child(node, kinds.fields.left)
    while (kind[name] === kinds.type || kind[name] === kinds.generic_type) name += 1
    if (kind[name] !== kinds.identifier) return
    this.exceptions.set(name, roles.NO_NAME)
    this.binder.bind(name, outer, 'other')
    const list = skip[name]
    if (kind[list] === kinds.type_parameter) this.frames.enter(skip[node], this.bindTypeParameters(list, outer), outer)
  }

  private comprehension(node: number, stop: number, outer: ScopeId): void {
    const { kind, skip } = this.reading.tree
    const inner = this.addScope(stop === roles.GENERATOR ? GENERATOR_SCOPE : COMPREHENSION_SCOPE, outer)
    this.frames.enter(skip[node], inner, this.frames.definition)
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      if (kind[child] === this.kinds.for_in_clause) return this.enterAt(this.child(child, this.kinds.fields.right), outer)
    }
  }

  private addScope(kind: number, parent: ScopeId, marks = 0): ScopeId {
    const { symbols } = this.binder
    return symbols.addScope(kind, parent, marks, symbols.scopeClass[parent])
  }

  private enterAt(node: number, scope: ScopeId): void {
    if (node >= 0) this.frames.enterAt(node, this.reading.tree.skip[node], scope)
  }

  /** The first child under a field, -1 when there is none. */
  private child(node: number, fieldId: number): number {
    const { field, skip } = this.reading.tree
    for (let child = node + 1; child < skip[node]; child = skip[child]) if (field[child] === fieldId) return child
    return -1
  }
}
