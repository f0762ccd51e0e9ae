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

  /** Stacks, by depth: an array that is cut to nothing for each source would have to grow again for each. */
  private depth = 0
  private readonly ends: number[] = []
  private readonly scopes: ScopeId[] = []
  private readonly definitions: ScopeId[] = []
  private planned = 0
  private readonly places: number[] = []
  private readonly placeEnds: number[] = []
  private readonly placeScopes: ScopeId[] = []

  begin(): void {
    this.depth = 0
    this.planned = 0
    this.scope = MODULE
    this.definition = MODULE
    this.end = NEVER
    this.next = NEVER
  }

  /** Makes `scope` current from here to `end`; parameters met belong to `definition`. */
  enter(end: number, scope: ScopeId, definition: ScopeId): void {
    this.ends[this.depth] = this.end
    this.scopes[this.depth] = this.scope
    this.definitions[this.depth] = this.definition
    this.depth += 1
    this.end = end
    this.scope = scope
    this.definition = definition
  }

  /** Plans that `scope` is current from `node` to `end`. Plans made later must be for earlier nodes, as nesting has it. */
  enterAt(node: number, end: number, scope: ScopeId): void {
    this.places[this.planned] = node
    this.placeEnds[this.planned] = end
    this.placeScopes[this.planned] = scope
    this.planned += 1
    this.next = node
  }

  /** To be called at every node from {@link end} on. */
  leave(node: number): void {
    while (node >= this.end) {
      this.depth -= 1
      this.end = this.ends[this.depth]
      this.scope = this.scopes[this.depth]
      this.definition = this.definitions[this.depth]
    }
  }

  /** To be called at node {@link next}. */
  arrive(): void {
    this.planned -= 1
    this.enter(this.placeEnds[this.planned], this.placeScopes[this.planned], this.definition)
    this.next = this.planned === 0 ? NEVER : this.places[this.planned - 1]
  }
}
