/**
 * Whether anybody could notice that a formula is evaluated twice, or after another: whether it can reach a trusted module, the
 * host or files. What is reached is named, in the formula or in a module that it names; or found by a name made at run time, in
 * what leads to names. A text with none of these goes with others in one call. One that asks its host there all the same is
 * given no answer, and is evaluated once more, by itself.
 */
import type { ResolvedPolicy } from '../policy/policy.js'
import { FILES } from '../trusted/language/modules/files.js'
import { FORMATS } from '../trusted/language/modules/formats.js'
import { NETWORK } from '../trusted/language/modules/network.js'
import { PROGRAMS } from '../trusted/language/modules/programs.js'
import { TWINS } from '../trusted/language/modules/twins.js'
import type { Code } from './code.js'
import type { HostSide } from './effects.js'
import type { ResolvedModule } from './exposure.js'

/** Builtins that read, and those whose values are names. */
const BUILTINS = ['open', 'input', 'globals', 'locals', 'vars']
/** Modules that may open a file by its path. */
const OPENING = [FILES, FORMATS, PROGRAMS, TWINS].flatMap((records) => Object.keys(records))

/** @internal What tells whether the use of code could be noticed. */
export type Noticed = (code: Code) => boolean

/** @internal For the sandbox of this policy. */
export function noticedBy(
  { language, filesystem }: ResolvedPolicy,
  trusted: readonly ResolvedModule[],
  host: HostSide | undefined,
): Noticed {
  const hasFiles = Object.keys(filesystem).length > 0
  if (trusted.length === 0 && !host?.asks && !hasFiles) return () => false
  // Full Python makes names of anything.
  if (language === 'full') return () => true
  const { sources = new Map<string, string>(), granted = new Map<string, unknown>() } =
    host?.modules ?? {}
  const grants = anyOf([
    ...trusted.flatMap(({ expose }) => Object.keys(expose)),
    ...(host?.names ?? []),
    ...granted.keys(),
    ...BUILTINS,
    ...Object.keys(NETWORK),
    ...(hasFiles ? OPENING : []),
  ])
  const own = anyOf([...sources.keys()])
  const isOwnNoticed = [...sources.values()].some(grants)
  const known = new WeakMap<Code, boolean>()
  return (code) => {
    let noticed = known.get(code)
    if (noticed === undefined) {
      const { source } = code
      noticed = grants(source) || (isOwnNoticed && own(source))
      known.set(code, noticed)
    }
    return noticed
  }
}

/** Whether a text has one of these names, or the first part of one with dots, or a dunder. Python reads names as NFKC writes them. */
function anyOf(names: readonly string[]): (source: string) => boolean {
  const words = new Set(names.map((name) => name.split('.')[0]!.normalize('NFKC')))
  return (source) => {
    const text = source.normalize('NFKC')
    return (text.match(WORD) ?? []).some((word) => words.has(word) || word.startsWith('__'))
  }
}

const WORD = /[\p{ID_Start}_][\p{ID_Continue}]*/gu
