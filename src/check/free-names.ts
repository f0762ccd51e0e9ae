/** The names a source takes from outside: which it uses, which nobody provides, and which it may not have. */
import type { Names } from '../rules/names.js'
import { BUILTINS, DENIED_BUILTINS, GUARDED_BUILTINS, READABLE_DUNDER_NAMES } from '../trusted/language.js'
import type { Binder } from './binder.js'
import { type Findings, shown } from './findings.js'
import { nearest } from './nearest.js'
import type { Bindings } from './resolve.js'
import { BOUND, MODULE, USED } from './symbols.js'

const PERMITTED = new Set([...BUILTINS, ...GUARDED_BUILTINS])
/** Always there to be read, also where nothing assigns them. */
const MODULE_NAMES = new Set(READABLE_DUNDER_NAMES)

/** Free names, each once, in the order of first use. */
export interface FreeNames {
  readonly usedNames: readonly string[]
  readonly unknownNames: readonly string[]
}

/** What a name that the source does not bind is. */
const PROVIDED = 1
const UNKNOWN = 2
const REFUSED = 3
const BUILTIN = 4

/** Sorts the free names of a resolved source, and reports refused builtins and, when `declared` is given, unknown names. */
export function freeNames(
  names: Names, { symbols, readNodes, readSymbols }: Binder, bindings: Bindings, builtins: ReadonlySet<string>,
  declared: ReadonlySet<string> | undefined, findings: Findings,
): FreeNames {
  const used: string[] = []
  const unknown: string[] = []
  const verdicts = new Uint8Array(names.count + 1)
  const listed = new Uint8Array(names.count + 1)
  let trouble = false
  for (let symbol = 1; symbol <= symbols.count; symbol += 1) {
    if ((symbols.marks[symbol] & USED) === 0) continue
    const name = symbols.name[symbol]
    const binding = bindings[symbol]
    if (binding !== 0) {
      // What the host provides may be read before the source assigns it: `total = total + 1`.
      if (declared === undefined || symbols.scope[binding] !== MODULE || listed[name] !== 0) continue
      if (!declared.has(names.text(name))) continue
      listed[name] = 1
      used.push(names.text(name))
      continue
    }
    if (verdicts[name] !== 0) continue
    const text = names.text(name)
    const verdict = judge(text, builtins, declared)
    verdicts[name] = verdict
    if (verdict === BUILTIN) continue
    trouble ||= verdict === REFUSED || (verdict === UNKNOWN && declared !== undefined)
    if (listed[name] === 0) used.push(text)
    listed[name] = 1
    if (verdict === UNKNOWN) unknown.push(text)
  }
  if (trouble) {
    const known = (): Iterable<string> => [...boundNames(names, symbols), ...(declared ?? []), ...builtins]
    for (let read = 0; read < readNodes.length; read += 1) {
      const symbol = readSymbols[read]
      if (bindings[symbol] !== 0) continue
      const verdict = verdicts[symbols.name[symbol]]
      const text = (): string => names.text(symbols.name[symbol])
      if (verdict === REFUSED) findings.add('PR208', readNodes[read], () => refusal(text()))
      else if (verdict === UNKNOWN && declared !== undefined) findings.add('PR209', readNodes[read], () => stranger(text(), known()))
    }
  }
  return { usedNames: used, unknownNames: unknown }
}

function judge(name: string, builtins: ReadonlySet<string>, declared: ReadonlySet<string> | undefined): number {
  if (declared?.has(name) === true) return PROVIDED
  if (builtins.has(name) || MODULE_NAMES.has(name)) return BUILTIN
  return PERMITTED.has(name) || Object.hasOwn(DENIED_BUILTINS, name) ? REFUSED : UNKNOWN
}

function refusal(name: string): { readonly message: string, readonly hint: string | undefined } {
  if (PERMITTED.has(name)) return { message: `the policy does not grant builtin \`${name}\``, hint: undefined }
  return { message: `builtin \`${name}\` is not available`, hint: DENIED_BUILTINS[name] || undefined }
}

function stranger(name: string, known: Iterable<string>): { readonly message: string, readonly hint: string | undefined } {
  const close = nearest(name, known)
  return { message: `nobody provides \`${shown(name)}\``, hint: close === undefined ? undefined : `did you mean \`${close}\`?` }
}

/** Enough of the source's own names to find the one that was meant. */
const SUGGESTIONS = 2000

function boundNames(names: Names, symbols: Binder['symbols']): string[] {
  const bound: string[] = []
  for (let symbol = 1; symbol <= symbols.count && bound.length < SUGGESTIONS; symbol += 1) {
    if ((symbols.marks[symbol] & BOUND) !== 0) bound.push(names.text(symbols.name[symbol]))
  }
  return bound
}
