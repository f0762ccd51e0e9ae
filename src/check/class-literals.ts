/** `__match_args__`: names that Python reads as attributes, so they have to be there to be read; and those of `__slots__` that are. */
import type { Reading } from '../rules/reading.js'
import type { Grammar } from '../syntax/language.js'
import { NAMED } from '../syntax/tree.js'
import type { Findings } from './findings.js'
import { kindsOf, type KnownKinds } from './kind-ids.js'
import { isJudged, refuseAttribute, stringValue } from './name-strings.js'
import { isName } from './host-names.js'

/** Judges what class bodies assign to those two names. */
export class ClassLiterals {
  private readonly kinds: KnownKinds

  constructor(
    grammar: Grammar,
    private readonly reading: Reading,
  ) {
    this.kinds = kindsOf(grammar)
  }

  /** `assignment` binds `name` in a class body; an augmented or a bare annotation says too little. */
  check(assignment: number, name: string, findings: Findings): void {
    if (name !== '__match_args__' && name !== '__slots__') return
    const value =
      this.reading.tree.kind[assignment] === this.kinds.assignment
        ? this.valueOf(assignment)
        : undefined
    const problem =
      name === '__slots__'
        ? this.slotsProblem(value)
        : value === undefined
          ? '`__match_args__` must be assigned literal strings'
          : this.matchArgsProblem(value)
    if (problem === undefined) return
    const code = name === '__slots__' ? 'PR406' : 'PR405'
    findings.add(code, value ?? assignment, () => ({
      message: problem,
      hint: `write \`${name} = ('x', 'y')\``,
    }))
  }

  /** What the innermost of chained assignments assigns. */
  private valueOf(assignment: number): number | undefined {
    const { field, skip, kind } = this.reading.tree
    for (let at = assignment; ; ) {
      let value: number | undefined
      for (let child = at + 1; child < skip[at]; child = skip[child]) {
        if (field[child] === this.kinds.fields.right && value === undefined) value = child
      }
      if (value === undefined || kind[value] !== this.kinds.assignment) return value
      at = value
    }
  }

  private matchArgsProblem(value: number): string | undefined {
    const { kinds } = this
    const node = this.unwrapped(value)
    const kind = this.reading.tree.kind[node]
    if (kind !== kinds.tuple && kind !== kinds.expression_list)
      return '`__match_args__` must be a literal tuple of names'
    for (const item of this.items(node)) {
      const name = stringValue(this.reading, kinds, item)
      if (name === undefined) return '`__match_args__` must hold literal strings'
      if (!isName(name) || isJudged(name) || refuseAttribute(name) !== undefined) {
        return `\`__match_args__\` cannot name ${JSON.stringify(name.slice(0, 80))}`
      }
    }
    return undefined
  }

  private slotsProblem(value: number | undefined): string | undefined {
    if (value === undefined) return undefined
    const { kinds } = this
    const node = this.unwrapped(value)
    const kind = this.reading.tree.kind[node]
    const collection = [
      kinds.tuple,
      kinds.expression_list,
      kinds.list,
      kinds.set,
      kinds.dictionary,
    ].includes(kind)
    for (const item of collection ? this.items(node) : [node]) {
      const name = stringValue(
        this.reading,
        kinds,
        this.reading.tree.kind[item] === kinds.pair ? item + 1 : item,
      )
      // What is computed is judged when the class is made.
      if (name === undefined || name === '__dict__' || name === '__weakref__') continue
      if (!isName(name) || /^__.+__$/.test(name) || refuseAttribute(name) !== undefined) {
        return `\`__slots__\` cannot name ${JSON.stringify(name.slice(0, 80))}`
      }
    }
    return undefined
  }

  private unwrapped(value: number): number {
    let node = value
    while (this.reading.tree.kind[node] === this.kinds.parenthesized_expression) node += 2
    return node
  }

  private *items(node: number): Generator<number> {
    const { kind, skip, flags } = this.reading.tree
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      const extra =
        kind[child] === this.kinds.comment || kind[child] === this.kinds.line_continuation
      if ((flags[child] & NAMED) !== 0 && !extra) yield child
    }
  }
}
