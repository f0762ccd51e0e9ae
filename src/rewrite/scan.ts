/**
 * One pass over a tree, in source order, writing the guarded text as it goes.
 *
 * A handler is called at each node of its kind, before the node's children. It may write at the place where the node
 * begins, plan what happens at nodes to come (a token's replacement, a wrapping), and plan what is written after a
 * node to come. Since plans are kept per node and everything is met in order, nothing is ever sorted, and nothing recurses.
 */
import { EXTRA, NAMED, type Tree } from '../syntax/tree.js'
import { EditWriter, NAME, PLAIN, type Rewriting } from './edits.js'
import type { Kinds } from './kinds.js'
import { privateName } from './private-names.js'

/** Does its part for one node. */
export type Handler = (scan: Scan, node: number) => void

/** Plans per node. Zero is none; below zero, a replacement; from {@link WRAPS} on, a wrapping. */
const STORED = 1
const LEFT_ALONE = 2
const NAME_STRING = 3
const WRAPS = 4
const COMMA = -1
const RIGHT_PAREN = -2

/** Reused from scan to scan: a plan per node. */
let plans = new Int32Array(1 << 14)

/** The state of one pass; see the file's comment. */
export class Scan {
  readonly writer: EditWriter
  readonly kind: Uint16Array
  readonly start: Uint32Array
  readonly end: Uint32Array
  readonly skip: Uint32Array
  readonly #plans: Int32Array
  readonly #replacements = [',', ')']
  readonly #prefixes: string[] = []
  readonly #suffixes: string[] = []
  /** What is to be written after nodes still open: at which node number, at which offset, what. Innermost last. */
  readonly #closeBefore: number[] = []
  readonly #closeAt: number[] = []
  readonly #closeWith: string[] = []

  constructor(
    readonly tree: Tree,
    readonly kinds: Kinds,
  ) {
    this.writer = new EditWriter(tree.text)
    this.kind = tree.kind
    this.start = tree.start
    this.end = tree.end
    this.skip = tree.skip
    if (plans.length < tree.count) plans = new Int32Array(tree.count * 2)
    else plans.fill(0, 0, tree.count)
    this.#plans = plans
  }

  /** Runs the pass: `handlers` by kind id; `brackets` has 1 or -1 for kinds that open or close a bracket. */
  run(handlers: readonly (Handler | undefined)[], brackets: Int8Array): Rewriting {
    const { kind, writer } = this
    const { count } = this.tree
    const planned = this.#plans
    for (let node = 0; node < count; node += 1) {
      this.#close(node)
      const plan = planned[node]!
      if (plan < 0)
        writer.replace(this.start[node]!, this.end[node]!, this.#replacements[-plan - 1]!, PLAIN)
      else if (plan >= WRAPS) this.#wrapped(node, plan - WRAPS)
      else if (plan === NAME_STRING) this.#nameString(node)
      const step = brackets[kind[node]!]!
      if (step !== 0 && plan >= 0) writer.bracket(this.start[node]!, step)
      const handler = handlers[kind[node]!]
      if (handler !== undefined) handler(this, node)
    }
    this.#close(count)
    return writer.finish()
  }

  #close(node: number): void {
    const before = this.#closeBefore
    for (let top = before.length - 1; top >= 0 && before[top]! <= node; top -= 1) {
      before.length = top
      this.writer.insert(this.#closeAt.pop()!, this.#closeWith.pop()!)
    }
  }

  #wrapped(node: number, index: number): void {
    this.writer.insertWord(this.start[node]!, this.#prefixes[index]!)
    this.after(node, this.#suffixes[index]!)
  }

  #nameString(node: number): void {
    const name = privateName(this, node, this.tree.text.slice(this.start[node], this.end[node]))
    this.writer.replace(this.start[node]!, this.end[node]!, `'${name}')`, NAME)
  }

  /** Plans `text` right after a node that is this one or to come. Plans of an outer node must precede those of inner ones. */
  after(node: number, text: string): void {
    this.#closeBefore.push(this.skip[node]!)
    this.#closeAt.push(this.end[node]!)
    this.#closeWith.push(text)
  }

  /** Plans a token's replacement. */
  replace(node: number, text: string): void {
    this.#plans[node] = -this.#replacements.push(text)
  }

  /** Plans a comma in the place of a token (`.`, `[`, `(`). */
  toComma(node: number): void {
    this.#plans[node] = COMMA
  }

  /** Plans a closing parenthesis in the place of a token (`]`). */
  toRightParen(node: number): void {
    this.#plans[node] = RIGHT_PAREN
  }

  /** Plans an identifier's turning into the string that ends a `_getattr_` call. */
  toNameString(node: number): void {
    this.#plans[node] = NAME_STRING
  }

  /** Plans `prefix` before a node to come and `suffix` after it. */
  wrap(node: number, prefix: string, suffix: string): void {
    this.#plans[node] = WRAPS + this.#prefixes.push(prefix) - 1
    this.#suffixes.push(suffix)
  }

  /** Plans `text` before a node to come that is a type; what outer nodes plan comes first. */
  before(node: number, text: string): void {
    const plan = this.#plans[node]!
    if (plan >= WRAPS) this.#prefixes[plan - WRAPS] += text
    else this.wrap(node, text, '')
  }

  /** Marks an attribute or subscript to come as one that is written or deleted. */
  markStored(node: number): void {
    this.#plans[node] = STORED
  }

  isStored(node: number): boolean {
    return this.#plans[node] === STORED
  }

  /** Marks a node to come as one whose handler does nothing: an ancestor has seen to it, or it is no expression. */
  leaveAlone(node: number): void {
    this.#plans[node] = LEFT_ALONE
  }

  isLeftAlone(node: number): boolean {
    return this.#plans[node] === LEFT_ALONE
  }

  /** Inserts a guard's name and parenthesis where `node`, the one at hand, begins. */
  open(node: number, text: string): void {
    this.writer.insertWord(this.start[node]!, text)
  }

  /** The operand of a star. */
  starred(splat: number): number {
    return this.next(splat + 1)
  }

  /** The sibling after a node, comments and continuations left out. There must be one. */
  next(node: number): number {
    const { flags } = this.tree
    let sibling = this.skip[node]!
    while (flags[sibling]! & EXTRA) sibling = this.skip[sibling]!
    return sibling
  }

  /** A node's children in order, comments and continuations left out; `named` leaves tokens out too. */
  children(node: number, named = false): number[] {
    const { flags } = this.tree
    const found: number[] = []
    for (let child = node + 1; child < this.skip[node]!; child = this.skip[child]!) {
      if (!(flags[child]! & EXTRA) && (!named || flags[child]! & NAMED)) found.push(child)
    }
    return found
  }

  /** The first child under a field, or -1. */
  child(node: number, field: number): number {
    for (let child = node + 1; child < this.skip[node]!; child = this.skip[child]!) {
      if (this.tree.field[child] === field) return child
    }
    return -1
  }

  /** A node's source. */
  text(node: number): string {
    return this.tree.text.slice(this.start[node], this.end[node])
  }
}
