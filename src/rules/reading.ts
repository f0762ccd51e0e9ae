/** A tree with the names of its identifiers: what matchers and scopes read. One instance serves every source. */
import type { Grammar } from '../syntax/language.js'
import type { Tree } from '../syntax/tree.js'
import { Names, type NameId } from './names.js'

/** A parsed source and its identifiers as numbers. */
export class Reading {
  tree!: Tree
  readonly names: Names
  private readonly identifier: number
  /** By node; 0 where nobody has asked yet. */
  private ids = new Int32Array(0)

  /** `fixedNames` have the ids 1, 2, 3, ... in every source. */
  constructor(grammar: Grammar, fixedNames: readonly string[] = []) {
    this.names = new Names(fixedNames)
    this.identifier = grammar.kindId('identifier')
  }

  /** Takes up another tree. Ids of names from before may be stale; see {@link Names.generation}. */
  begin(tree: Tree): void {
    this.tree = tree
    this.names.begin()
    // Kept between sources, but not at the size of the greatest ever seen.
    if (this.ids.length < tree.count || this.ids.length > 1 << 18)
      this.ids = new Int32Array(Math.max(1 << 10, tree.count))
    else this.ids.fill(0, 0, tree.count)
  }

  /** The name that identifier node `node` spells. */
  nameOf(node: number): NameId {
    const known = this.ids[node]
    if (known !== 0) return known
    const { text, start, end } = this.tree
    return (this.ids[node] = this.names.intern(text, start[node], end[node]))
  }

  isIdentifier(node: number): boolean {
    return this.tree.kind[node] === this.identifier
  }

  /** A node's text: normalised for an identifier, as written for any other. */
  textOf(node: number): string {
    if (this.isIdentifier(node)) return this.names.text(this.nameOf(node))
    return this.tree.text.slice(this.tree.start[node], this.tree.end[node])
  }
}
