/**
 * Attribute names given as literal strings: `getattr(x, '__class__')`. The guards judge every name string when the program
 * runs; this finds those that can be seen beforehand.
 */
import { isQuicklyNormalised } from '../syntax/text.js'
import type { Reading } from '../rules/reading.js'
import { DUNDER_ATTRIBUTE_HINTS, INTROSPECTION_HINTS } from '../rules/hints.js'
import type { Grammar } from '../syntax/language.js'
import {
  DEFINABLE_METHODS,
  DENIED_ATTRIBUTES,
  JUDGED_ATTRIBUTE_PREFIXES,
  JUDGED_ATTRIBUTES,
  PRIVATE_MARK,
  READABLE_DUNDERS,
} from '../trusted/language/language.js'
import { type Findings, shown } from './findings.js'
import {
  FIRST_GETTER,
  FIRST_NAME_TAKER,
  GETATTR,
  HASATTR,
  LAST_NAME_TAKER,
  METHOD_CALLER,
} from './fixed-names.js'
import { kindsOf, type KnownKinds } from './kind-ids.js'
import { isSignificant } from './shapes/walk.js'

const denied = new Set(DENIED_ATTRIBUTES)
const judged = new Set(JUDGED_ATTRIBUTES)
const definable = new Set(DEFINABLE_METHODS)
const HINTS = new Map(Object.entries({ ...DUNDER_ATTRIBUTE_HINTS, ...INTROSPECTION_HINTS }))
const readable = new Set(READABLE_DUNDERS)

/** Why attribute `name` is refused, whatever it is an attribute of; undefined when it is not. */
export function refuseAttribute(name: string): string | undefined {
  if (name.includes(PRIVATE_MARK))
    return 'the name holds U+02BC, which is reserved for private names'
  const dunder = /^__.+__$/.test(name) && !readable.has(name)
  if (!dunder && !denied.has(name)) return undefined
  return `attribute \`${shown(name)}\` is not accessible`
}

/** Whether what attribute `name` yields is judged when the program runs, so that a pattern cannot read it. */
export function isJudged(name: string): boolean {
  return judged.has(name) || JUDGED_ATTRIBUTE_PREFIXES.some((prefix) => name.startsWith(prefix))
}

/** Looks at the arguments of calls by those names. */
export class NameStrings {
  private readonly kinds: KnownKinds

  constructor(
    grammar: Grammar,
    private readonly reading: Reading,
  ) {
    this.kinds = kindsOf(grammar)
  }

  /** To be called at every call. */
  check(call: number, findings: Findings): void {
    const { tree } = this.reading
    const { kinds } = this
    let callee = call + 1
    if (tree.kind[callee] === kinds.attribute) callee = this.lastChild(callee)
    if (tree.kind[callee] !== kinds.identifier) return
    const name = this.reading.nameOf(callee)
    if (name < FIRST_NAME_TAKER || name > LAST_NAME_TAKER) return
    // `x.getattr(...)` is somebody's method; `operator.attrgetter(...)` is the function.
    if (callee !== call + 1 && name < FIRST_GETTER) return
    const list = tree.skip[call + 1]
    if (tree.kind[list] !== kinds.argument_list) return
    let position = 0
    for (let argument = list + 1; argument < tree.skip[list]; argument = tree.skip[argument]) {
      if (!isSignificant(tree, argument)) continue
      position += 1
      const takesName =
        name < FIRST_GETTER ? position === 2 : name === METHOD_CALLER ? position === 1 : true
      if (takesName) this.checkString(argument, name, findings)
    }
  }

  private checkString(node: number, taker: number, findings: Findings): void {
    const value = this.literal(node)
    if (value === undefined) return
    // A special method may be asked for: `hasattr(x, '__iter__')`.
    if ((taker === HASATTR || taker === GETATTR) && definable.has(value)) return
    if (taker < FIRST_GETTER && findings.dunders?.admitsString(value) === true) return
    for (const part of taker === FIRST_GETTER ? value.split('.') : [value]) {
      // No longer string is a name that is refused; the guard that gets it looks again.
      const message = refuseAttribute(isQuicklyNormalised(part) ? part.normalize('NFKC') : part)
      if (message === undefined) continue
      findings.add('PR210', node, () => ({ message, hint: HINTS.get(part) }))
      return
    }
  }

  /** The text of a plain literal, undefined when it is not one or holds escapes or fields. */
  private literal(node: number): string | undefined {
    const { kind, skip } = this.reading.tree
    const { kinds } = this
    if (kind[node] === kinds.parenthesized_expression) return this.literal(node + 2)
    if (kind[node] === kinds.concatenated_string) {
      let whole = ''
      for (let part = node + 1; part < skip[node]; part = skip[part]) {
        if (kind[part] === kinds.comment || kind[part] === kinds.line_continuation) continue
        const text = this.literal(part)
        if (text === undefined) return undefined
        whole += text
      }
      return whole
    }
    if (kind[node] !== kinds.string) return undefined
    return stringValue(this.reading, kinds, node)
  }

  private lastChild(node: number): number {
    const { skip } = this.reading.tree
    let last = node + 1
    while (skip[last] < skip[node]) last = skip[last]
    return last
  }
}

/** The value of a plain string literal: `undefined` for one with escapes, fields, or of bytes. */
export function stringValue(reading: Reading, kinds: KnownKinds, node: number): string | undefined {
  const { kind, skip, text, start, end } = reading.tree
  const opening = node + 1
  if (kind[node] !== kinds.string || kind[opening] !== kinds.string_start) return undefined
  let closing = opening
  for (let child = opening; child < skip[node]; child = skip[child]) {
    if (kind[child] === kinds.interpolation) return undefined
    if (kind[child] === kinds.string_content && skip[child] > child + 1) return undefined
    closing = child
  }
  const prefix = text.slice(start[opening], end[opening])
  if (/b|f|t/i.test(prefix) || kind[closing] !== kinds.string_end) return undefined
  // What lies between the quotes, not `string_content`: that one loses pieces in raw strings.
  const value = text.slice(end[opening], end[node] - prefix.replace(/^[a-z]*/i, '').length)
  return value.includes('\\') ? undefined : value
}
