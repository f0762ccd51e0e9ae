/** Small steps in a flat tree that every shape check takes. */
import type { Grammar } from '../../syntax/language.js'
import { EXTRA, NAMED, type Tree } from '../../syntax/tree.js'

/** A set of kinds, given by their names: one byte per kind id. */
export type KindSet = Uint8Array

/** The set of the named kinds in `names`, which are separated by spaces. */
export function kindSet(grammar: Grammar, names: string): KindSet {
  const set = new Uint8Array(65536)
  for (const name of names.trim().split(/\s+/)) set[grammar.kindId(name)] = 1
  return set
}

/** The first child of `node`, from child `from` on, that is no comment or line continuation; 0 when there is none. */
export function firstChild({ skip, flags }: Tree, node: number, from = node + 1): number {
  for (let child = from; child < skip[node]; child = skip[child])
    if ((flags[child] & EXTRA) === 0) return child
  return 0
}

/** The next sibling after `child` that is no comment or line continuation; 0 when there is none. */
export function nextChild(tree: Tree, node: number, child: number): number {
  return firstChild(tree, node, tree.skip[child])
}

/** The last child that is no comment or line continuation; 0 when there is none. */
export function lastChild({ skip, flags }: Tree, node: number): number {
  let last = 0
  for (let child = node + 1; child < skip[node]; child = skip[child])
    if ((flags[child] & EXTRA) === 0) last = child
  return last
}

/** The first child of kind `kind`; 0 when there is none. */
export function childOfKind({ skip, kind }: Tree, node: number, wanted: number): number {
  for (let child = node + 1; child < skip[node]; child = skip[child])
    if (kind[child] === wanted) return child
  return 0
}

/** The first child under `field`; 0 when there is none. */
export function childOfField({ skip, field }: Tree, node: number, wanted: number): number {
  for (let child = node + 1; child < skip[node]; child = skip[child])
    if (field[child] === wanted) return child
  return 0
}

/** How many children are of kind `kind`. */
export function countChildren({ skip, kind }: Tree, node: number, wanted: number): number {
  let count = 0
  for (let child = node + 1; child < skip[node]; child = skip[child])
    if (kind[child] === wanted) count += 1
  return count
}

/** Whether a node is named, and no comment or line continuation. */
export function isSignificant({ flags }: Tree, node: number): boolean {
  return (flags[node] & (NAMED | EXTRA)) === NAMED
}

/** The source text of a node. */
export function textOf({ text, start, end }: Tree, node: number): string {
  return text.slice(start[node], end[node])
}
