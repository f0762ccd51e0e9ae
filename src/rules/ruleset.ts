/** The rules in force, compiled: which patterns to try at which kind of node, and what to say when one matches. */
import { RuleError } from '../errors.js'
import type { Grammar } from '../syntax/language.js'
import { AnchoredPatterns } from './anchors.js'
import { compileQueries, type Matcher } from './matcher.js'
import { parseQuery } from './query.js'
import type { Rule, RuleFile } from './rule.js'
import { hintsOf } from './tables.js'

/** One pattern of a rule, with what its `#set!` lines say. */
export interface RulePattern {
  readonly rule: Rule
  /** The pattern's place in its file, from 0. */
  readonly order: number
  readonly matcher: Matcher
  /** `{deny}` stands for the captured text. */
  readonly message: string
  readonly hint: string | undefined
  /** What to write instead of each name; `hint` for a name it does not have. */
  readonly hints: ReadonlyMap<string, string> | undefined
}

/** Rules ready to be asked about a tree. */
export interface Ruleset {
  /** The rule of a code. Throws {@link RuleError} when there is none: code must not emit what nobody can explain. */
  rule(code: string): Rule
  /** The patterns to try at a node of `kind`, in the order of codes, without the anchored; undefined for most kinds. */
  at(kind: number): readonly RulePattern[] | undefined
  /** The patterns to try around an identifier, by its name. */
  readonly anchored: AnchoredPatterns
}

/** Capture names that mean something; the others serve predicates and messages. */
export const DENY = 'deny'
/** Exempts a node from the patterns that stand before this one in the rule's file. */
export const ALLOW = 'allow'

const PROPERTIES = ['message', 'hint', 'hints']

/** Compiles every query in `files`. Throws {@link RuleError}, naming file and line, for what cannot be. */
export function compileRules(files: Iterable<RuleFile>, grammar: Grammar): Ruleset {
  const rules = new Map<string, Rule>()
  const patterns: RulePattern[][] = []
  const anchored: RulePattern[] = []
  for (const { rule, file, text, hasQuery } of files) {
    rules.set(rule.code, rule)
    if (!hasQuery) continue
    for (const [order, matcher] of compileQueries(
      parseQuery(text, file),
      grammar,
      file,
    ).entries()) {
      const pattern = describe(rule, order, matcher, file)
      if (matcher.anchor !== undefined) anchored.push(pattern)
      else for (const kind of matcher.kinds) (patterns[kind] ??= []).push(pattern)
    }
  }
  return {
    rule(code) {
      const rule = rules.get(code)
      if (rule === undefined) throw new RuleError(`there is no rule ${code} in grammar-rules/`)
      return rule
    },
    at: (kind) => patterns[kind],
    anchored: new AnchoredPatterns(anchored),
  }
}

function describe(rule: Rule, order: number, matcher: Matcher, file: string): RulePattern {
  const { pattern, properties } = matcher.query
  const fail = (message: string): never => {
    throw new RuleError(`${file}:${pattern.line}: ${message}`)
  }
  for (const key of Object.keys(properties))
    if (!PROPERTIES.includes(key)) fail(`#set! does not know "${key}"`)
  const { message, hint, hints } = properties
  const captures = new Set<string>()
  for (const all = [pattern]; all.length > 0; ) {
    const next = all.pop()!
    for (const name of next.captures) captures.add(name)
    all.push(...(next.type === 'choice' ? next.options : next.children))
  }
  if (captures.has(DENY) === captures.has(ALLOW))
    fail(`a pattern captures either @${DENY} or @${ALLOW}`)
  if (captures.has(DENY) && message === undefined) fail('the pattern sets no message')
  return {
    rule,
    order,
    matcher,
    message: message ?? '',
    hint,
    hints:
      hints === undefined
        ? undefined
        : (hintsOf(hints) ?? fail(`there is no table of hints "${hints}"`)),
  }
}
