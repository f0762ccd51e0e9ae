/** What each identifier does where it stands: reads a name, binds one, or is no name at all. */
import type { Reading } from '../rules/reading.js'
import type { Grammar } from '../syntax/language.js'
import type { Binder } from './binder.js'
import { ClassLiterals } from './class-literals.js'
import type { Findings } from './findings.js'
import { UNDERSCORE } from './fixed-names.js'
import type { Frames } from './frames.js'
import { kindsOf, type KnownKinds } from './kind-ids.js'
import * as roles from './roles.js'
import { childOfField } from './shapes/walk.js'
import { CLASS_SCOPE, MODULE_SCOPE, PARAMETER, type ScopeId } from './symbols.js'
import type { Targets } from './targets.js'

const { FIELD_BITS } = roles

/** Takes the identifiers of a tree one after another. */
export class Identifiers {
  private readonly kinds: KnownKinds
  private readonly roles: Uint8Array
  private readonly literals: ClassLiterals
  /** Roles that parents do not tell: `del (a, b)`, `def f[T]`. */
  private readonly exceptions = new Map<number, number>()
  private findings!: Findings

  constructor(
    grammar: Grammar,
    private readonly reading: Reading,
    private readonly binder: Binder,
    private readonly frames: Frames,
    private readonly targets: Targets,
  ) {
    this.kinds = kindsOf(grammar)
    this.roles = roles.roleTable(grammar)
    this.literals = new ClassLiterals(grammar, reading)
  }

  begin(findings: Findings): void {
    this.findings = findings
    if (this.exceptions.size > 0) this.exceptions.clear()
  }

  /** Names under `del` or `as`, at `node`, are bound when they are met. */
  targetsOf(node: number): void {
    for (const name of this.targets.names(node)) this.exceptions.set(name, roles.BIND)
  }

  /** `node`, still to be met, was taken care of. */
  settle(node: number): void {
    this.exceptions.set(node, roles.NO_NAME)
  }

  /** To be called at every identifier, in order. */
  meet(node: number, scope: ScopeId): void {
    const { kind, field, parent } = this.reading.tree
    const above = parent[node]
    let role = this.roles[(kind[above] << FIELD_BITS) | field[node]]
    if (this.exceptions.size !== 0) role = this.exceptions.get(node) ?? role
    if (role === roles.READ) this.binder.read(node, scope)
    else if (role !== roles.NO_NAME) this.bindAs(role, node, above, scope)
  }

  private bindAs(role: number, node: number, above: number, scope: ScopeId): void {
    const { binder } = this
    const { kind, parent } = this.reading.tree
    switch (role) {
      case roles.ASSIGN:
        return this.assign(node, above, scope)
      case roles.AUGMENT:
        binder.read(node, scope)
        binder.bind(node, scope, 'assignment')
        return this.checkClassLiteral(above, node, scope)
      case roles.BIND:
      case roles.ITERATE:
      case roles.TARGET:
        return void binder.bind(node, scope, 'other')
      case roles.PARAMETER_NAME:
        return void binder.bind(node, this.frames.definition, 'other', PARAMETER)
      case roles.WALRUS:
        return this.walrus(node, above, scope)
      case roles.DECLARE_GLOBAL:
        return binder.declareGlobal(node, scope)
      case roles.DECLARE_NONLOCAL:
        return binder.declareNonlocal(node, scope)
      case roles.DOTTED:
        return this.dotted(node, above, scope)
      case roles.CAPTURE:
        return this.capture(node, scope)
      case roles.STARRED: {
        const around = kind[parent[above]]
        const {
          parameters,
          lambda_parameters: lambdaParameters,
          typed_parameter: typed,
        } = this.kinds
        if (around === parameters || around === lambdaParameters || around === typed) {
          return void binder.bind(node, this.frames.definition, 'other', PARAMETER)
        }
        return void binder.bind(node, scope, 'other')
      }
      case roles.PARENTHESIZED: {
        const statement = this.targets.statementOf(node)
        if (statement < 0 || kind[statement] === this.kinds.augmented_assignment)
          binder.read(node, scope)
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
    if (
      kind[skip[node]] === kinds.tokens.colon &&
      binder.symbols.scopeKind[scope] === MODULE_SCOPE &&
      childOfField(this.reading.tree, assignment, kinds.fields.right) === 0
    )
      return binder.annotate(node, scope)
    binder.bind(node, scope, 'assignment')
    this.checkClassLiteral(assignment, node, scope)
  }

  private checkClassLiteral(assignment: number, name: number, scope: ScopeId): void {
    if (this.binder.symbols.scopeKind[scope] !== CLASS_SCOPE) return
    this.literals.check(assignment, this.reading.textOf(name), this.findings)
  }

  private walrus(node: number, expression: number, scope: ScopeId): void {
    this.binder.walrus(node, scope)
    const { kind, field, parent } = this.reading.tree
    const { kinds } = this
    // Python refuses it within anything a comprehension iterates over, at whatever depth, lambdas included.
    for (let at = expression; at > 0; at = parent[at]) {
      if (kind[at] === kinds.block) return
      if (field[at] === kinds.fields.right && kind[parent[at]] === kinds.for_in_clause) {
        return this.findings.say(
          'PR135',
          node,
          '`:=` within what a comprehension iterates over',
          'assign the name in a line before',
        )
      }
    }
  }

  /** Part of a dotted name: in imports handled there; in patterns `a.b` is read, and `a` alone is bound. */
  private dotted(node: number, name: number, scope: ScopeId): void {
    const { kind, parent, skip } = this.reading.tree
    const { kinds } = this
    const around = kind[parent[name]]
    if (
      around === kinds.import_statement ||
      around === kinds.import_from_statement ||
      around === kinds.aliased_import ||
      around === kinds.future_import_statement ||
      around === kinds.relative_import
    )
      return
    if (node !== name + 1) return
    const alone = skip[node] === skip[name]
    if (alone && around !== kinds.class_pattern) this.capture(node, scope)
    else this.binder.read(node, scope)
  }

  private capture(node: number, scope: ScopeId): void {
    if (this.reading.nameOf(node) !== UNDERSCORE) this.binder.bind(node, scope, 'other')
  }
}
