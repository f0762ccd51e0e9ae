/**
 * Which scope is current at which node. Scopes do not coincide with subtrees: a default is evaluated outside of the
 * function whose parameter it is for, the first iterable of a comprehension outside of the comprehension. Hence a stack of
 * frames, each saying up to which node a scope is current, and a stack of places further on where another becomes current.
 */
import { MODULE, type ScopeId } from './symbols.js'

const NEVER = 2 ** 31 - 1

/** Where the pass is. Nodes must be told in order: leave, then arrive. */
export class Frames {
  /** The current scope. */
  scope: ScopeId = MODULE
  /** The function or lambda whose parameters are being read. */
  definition: ScopeId = MODULE
  /** The first node after the current frame. */
  end = NEVER
  /** The next node at which another scope becomes current. */
  next = NEVER

  private readonly ends: number[] = []
  private readonly scopes: ScopeId[] = []
  private readonly definitions: ScopeId[] = []
  private readonly places: number[] = []
  private readonly placeEnds: number[] = []
  private readonly placeScopes: ScopeId[] = []

  begin(): void {
    this.ends.length = this.scopes.length = this.definitions.length = 0
    this.places.length = this.placeEnds.length = this.placeScopes.length = 0
    this.scope = MODULE
    this.definition = MODULE
    this.end = NEVER
    this.next = NEVER
  }

  /** Makes `scope` current from here to `end`; parameters met belong to `definition`. */
  enter(end: number, scope: ScopeId, definition: ScopeId): void {
    this.ends.push(this.end)
    this.scopes.push(this.scope)
    this.definitions.push(this.definition)
    this.end = end
    this.scope = scope
    this.definition = definition
  }

  /** Plans that `scope` is current from `node` to `end`. Plans made later must be for earlier nodes, as nesting has it. */
  enterAt(node: number, end: number, scope: ScopeId): void {
    this.places.push(node)
    this.placeEnds.push(end)
    this.placeScopes.push(scope)
    this.next = node
  }

  /** To be called at every node from {@link end} on. */
  leave(node: number): void {
    while (node >= this.end) {
      this.end = this.ends.pop()!
      this.scope = this.scopes.pop()!
      this.definition = this.definitions.pop()!
    }
  }

  /** To be called at node {@link next}. */
  arrive(): void {
    this.places.pop()
    this.enter(this.placeEnds.pop()!, this.placeScopes.pop()!, this.definition)
    this.next = this.places.at(-1) ?? NEVER
  }
}
