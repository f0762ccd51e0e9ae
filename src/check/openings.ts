/** Where scopes begin: functions, lambdas, classes, comprehensions, type parameters. */
import type { Reading } from '../rules/reading.js'
import type { Grammar } from '../syntax/language.js'
import { EXACT_KEY_CLASSES } from '../trusted/language/language.js'
import type { Binder } from './binder.js'
import type { Frames } from './frames.js'
import type { Identifiers } from './identifiers.js'
import { kindsOf, type KnownKinds } from './kind-ids.js'
import { childOfField } from './shapes/walk.js'
import {
  ASYNC,
  CLASS_SCOPE,
  EXACT_KEY,
  FUNCTION_SCOPE,
  LAMBDA_SCOPE,
  TYPE_PARAMETER,
  TYPE_SCOPE,
  type ScopeId,
} from './symbols.js'

const EXACT_KEYS = new Set(EXACT_KEY_CLASSES)

/** Opens the scope of a node when the pass comes to it: binds its name, and plans where the scope is current. */
export class Openings {
  private readonly kinds: KnownKinds

  constructor(
    grammar: Grammar,
    private readonly reading: Reading,
    private readonly binder: Binder,
    private readonly frames: Frames,
    private readonly identifiers: Identifiers,
  ) {
    this.kinds = kindsOf(grammar)
  }

  function(node: number, outer: ScopeId): void {
    const { binder, frames, kinds } = this
    const { kind, skip } = this.reading.tree
    binder.bind(this.child(node, kinds.fields.name), outer, 'definition')
    const around = this.typeParameters(node, outer)
    const inner = this.addScope(
      FUNCTION_SCOPE,
      around,
      kind[node + 1] === kinds.tokens.async ? ASYNC : 0,
    )
    frames.enter(skip[node], around, inner)
    this.enterAt(this.child(node, kinds.fields.body), inner)
  }

  lambda(node: number, outer: ScopeId): void {
    const inner = this.addScope(LAMBDA_SCOPE, outer)
    this.frames.enter(this.reading.tree.skip[node], outer, inner)
    this.enterAt(this.child(node, this.kinds.fields.body), inner)
  }

  class(node: number, outer: ScopeId): void {
    const { binder, frames, kinds, reading } = this
    const { kind, skip } = reading.tree
    const name = this.child(node, kinds.fields.name)
    binder.bind(name, outer, 'other')
    const around = this.typeParameters(node, outer)
    let marks = 0
    const bases = this.child(node, kinds.fields.superclasses)
    for (let base = bases + 1; bases > 0 && base < skip[bases]; base = skip[base]) {
      if (kind[base] === kinds.identifier && EXACT_KEYS.has(reading.textOf(base))) marks = EXACT_KEY
    }
    const inner = binder.symbols.addScope(CLASS_SCOPE, around, marks, reading.nameOf(name))
    frames.enter(skip[node], around, inner)
    this.enterAt(this.child(node, kinds.fields.body), inner)
  }

  /** The scope of a definition's type parameters, `outer` when it has none. */
  private typeParameters(node: number, outer: ScopeId): ScopeId {
    const list = this.child(node, this.kinds.fields.type_parameters)
    return list === 0 ? outer : this.bindTypeParameters(list, outer)
  }

  private bindTypeParameters(list: number, outer: ScopeId): ScopeId {
    const { kind, skip } = this.reading.tree
    const { kinds } = this
    const scope = this.addScope(TYPE_SCOPE, outer)
    const around = [kinds.type, kinds.constrained_type, kinds.binary_operator, kinds.union_type]
    for (let item = list + 1; item < skip[list]; item = skip[item]) {
      let name = item
      // A default, `T = int`, is read as `T | int`: see syntax/misreadings.ts.
      while (around.includes(kind[name])) name += 1
      if (kind[name] === kinds.splat_type) name += 2
      if (kind[name] !== kinds.identifier) continue
      this.identifiers.settle(name)
      this.binder.bind(name, scope, 'other', TYPE_PARAMETER)
    }
    return scope
  }

  typeAlias(node: number, outer: ScopeId): void {
    const { kind, skip } = this.reading.tree
    const { kinds } = this
    let name = this.child(node, kinds.fields.left)
    while (kind[name] === kinds.type || kind[name] === kinds.generic_type) name += 1
    if (kind[name] !== kinds.identifier) return
    this.identifiers.settle(name)
    this.binder.bind(name, outer, 'other')
    const list = skip[name]
    if (kind[list] === kinds.type_parameter)
      this.frames.enter(skip[node], this.bindTypeParameters(list, outer), outer)
  }

  /** `kind` is that of a comprehension's scope or of a generator expression's. The first iterable is evaluated outside. */
  comprehension(node: number, outer: ScopeId, kind: number): void {
    const { kind: kinds, skip } = this.reading.tree
    this.frames.enter(skip[node], this.addScope(kind, outer), this.frames.definition)
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      if (kinds[child] === this.kinds.for_in_clause)
        return this.enterAt(this.child(child, this.kinds.fields.right), outer)
    }
  }

  /** A default value is evaluated outside of the function, also of its type parameters. */
  default(node: number, scope: ScopeId): void {
    const { scopeKind, scopeParent } = this.binder.symbols
    if (scopeKind[scope] === TYPE_SCOPE)
      this.enterAt(this.child(node, this.kinds.fields.value), scopeParent[scope])
  }

  private addScope(kind: number, parent: ScopeId, marks = 0): ScopeId {
    const { symbols } = this.binder
    return symbols.addScope(kind, parent, marks, symbols.scopeClass[parent])
  }

  private enterAt(node: number, scope: ScopeId): void {
    if (node > 0) this.frames.enterAt(node, this.reading.tree.skip[node], scope)
  }

  private child(node: number, field: number): number {
    return childOfField(this.reading.tree, node, field)
  }
}
