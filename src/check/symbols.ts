/**
 * Scopes and what each does with which name, as parallel arrays: a megabyte of Python has tens of thousands of pairs of a
 * scope and a name, and an object for each would cost more than parsing did.
 */
import type { NameId } from '../rules/names.js'

/** A scope's number; {@link MODULE} is the module's. */
export type ScopeId = number
/** A pair of a scope and a name; 0 is none. */
export type SymbolId = number

/** The module's own scope, which every source has. */
export const MODULE: ScopeId = 0

/** Kinds of scopes. Type parameters (`def f[T]`) have one of their own around what they are for. */
export const MODULE_SCOPE = 0
/** A function's body. */
export const FUNCTION_SCOPE = 1
/** A lambda's body. */
export const LAMBDA_SCOPE = 2
/** A class's body. Functions in it do not see its names. */
export const CLASS_SCOPE = 3
/** A comprehension of a list, a set or a dict. */
export const COMPREHENSION_SCOPE = 4
/** A generator expression. */
export const GENERATOR_SCOPE = 5
/** Type parameters of a function, a class or a type alias. */
export const TYPE_SCOPE = 6

/** What a scope does with a name. */
export const USED = 1
/** Bound in the scope, in whatever way. The marks below stand beside it. */
export const BOUND = 2
/** A parameter of the function. */
export const PARAMETER = 4
/** Declared by `global`. */
export const GLOBAL = 8
/** Declared by `nonlocal`. */
export const NONLOCAL = 16
/** Bound by a comprehension's `for`. */
export const ITERATION = 32
/** Bound by an import. */
export const IMPORTED = 64
/** `x: int` without a value, at module level: names what is to come from elsewhere, and binds nothing. */
export const ANNOTATED = 128
/** Bound more than once, or otherwise than by the import that {@link IMPORTED} speaks of. */
export const REBOUND = 256
/** A type parameter: `T` of `def f[T]`. */
export const TYPE_PARAMETER = 512

/** Marks of scopes. */
export const ASYNC = 1
/** A class with a base whose values trusted caches are keyed by. */
export const EXACT_KEY = 2

const INITIAL = 1 << 8

/** Odd and drawn anew in each process: nobody can prepare names that collide. */
const SCOPE_FACTOR = (Math.random() * 2 ** 32) | 1
const NAME_FACTOR = (Math.random() * 2 ** 32) | 1

/** The scopes and symbols of one source; reused for the next. */
export class Symbols {
  scopes = 0
  readonly scopeKind: number[] = []
  readonly scopeParent: ScopeId[] = []
  readonly scopeMarks: number[] = []
  /** The class whose name goes before `__x` in this scope, 0 when none. */
  readonly scopeClass: NameId[] = []

  /** How many symbols there are; ids run from 1 to this. */
  count = 0
  scope = new Int32Array(INITIAL)
  name = new Int32Array(INITIAL)
  marks = new Uint16Array(INITIAL)
  /** The node that first bound the name here, or first used it. */
  node = new Int32Array(INITIAL)

  private slots = new Int32Array(INITIAL * 4)
  /** Where each symbol is in {@link slots}. */
  private slotOf = new Int32Array(INITIAL)

  /** Forgets everything but the module's scope. */
  begin(): void {
    if (this.slots.length > 1 << 13) {
      this.slots = new Int32Array(INITIAL * 4)
      this.scope = new Int32Array(INITIAL)
      this.name = new Int32Array(INITIAL)
      this.marks = new Uint16Array(INITIAL)
      this.node = new Int32Array(INITIAL)
      this.slotOf = new Int32Array(INITIAL)
    } else {
      for (let symbol = 1; symbol <= this.count; symbol += 1) this.slots[this.slotOf[symbol]] = 0
    }
    this.count = 0
    this.scopes = 0
    this.addScope(MODULE_SCOPE, -1, 0, 0)
  }

  addScope(kind: number, parent: ScopeId, marks: number, privateTo: NameId): ScopeId {
    const scope = this.scopes
    this.scopes += 1
    this.scopeKind[scope] = kind
    this.scopeParent[scope] = parent
    this.scopeMarks[scope] = marks
    this.scopeClass[scope] = privateTo
    return scope
  }

  /** The symbol of `name` in `scope`, 0 when the scope does nothing with it. */
  find(scope: ScopeId, name: NameId): SymbolId {
    const { slots } = this
    const mask = slots.length - 1
    for (let slot = this.hash(scope, name) & mask; ; slot = (slot + 1) & mask) {
      const symbol = slots[slot]
      if (symbol === 0 || (this.name[symbol] === name && this.scope[symbol] === scope))
        return symbol
    }
  }

  /** The symbol of `name` in `scope`; a new one, without marks, when there was none. */
  ensure(scope: ScopeId, name: NameId, node: number): SymbolId {
    const { slots } = this
    const mask = slots.length - 1
    let slot = this.hash(scope, name) & mask
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const symbol = slots[slot]
      if (this.name[symbol] === name && this.scope[symbol] === scope) return symbol
    }
    const symbol = (this.count += 1)
    if (symbol >= this.name.length) this.grow()
    this.slots[slot] = symbol
    this.slotOf[symbol] = slot
    this.scope[symbol] = scope
    this.name[symbol] = name
    this.marks[symbol] = 0
    this.node[symbol] = node
    if (symbol * 2 > this.slots.length) this.rehash()
    return symbol
  }

  private hash(scope: ScopeId, name: NameId): number {
    const mixed = Math.imul(name, NAME_FACTOR) + Math.imul(scope, SCOPE_FACTOR)
    return mixed ^ (mixed >>> 15)
  }

  private grow(): void {
    const length = this.name.length * 2
    this.scope = copied(new Int32Array(length), this.scope)
    this.name = copied(new Int32Array(length), this.name)
    this.marks = copied(new Uint16Array(length), this.marks)
    this.node = copied(new Int32Array(length), this.node)
    this.slotOf = copied(new Int32Array(length), this.slotOf)
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 4)
    const mask = this.slots.length - 1
    for (let symbol = 1; symbol <= this.count; symbol += 1) {
      let slot = this.hash(this.scope[symbol], this.name[symbol]) & mask
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask
      this.slots[slot] = symbol
      this.slotOf[symbol] = slot
    }
  }
}

function copied<A extends { set(from: A): void }>(to: A, from: A): A {
  to.set(from)
  return to
}
