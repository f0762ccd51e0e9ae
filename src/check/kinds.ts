/**
 * The total table of kinds: `grammar-rules/kinds.txt` as one byte per kind id.
 *
 * Promises: every id of a node, known or not, has an entry; whatever the file does not list is refused, so that a grammar
 * of another version fails closed; a list that is ill-formed, or names what the grammar has not, is a `RuleError`.
 *
 * For the one loop over the nodes:
 *
 *     if (table.denied[tree.kind[node]] !== 0) reportDeniedKind(table, tree, node, report)
 */
import { RuleError } from '../errors.js'
import type { Grammar } from '../syntax/language.js'
import type { Wording } from '../syntax/source.js'
import { readKindList } from './kind-list.js'
import { syntaxRule, SYNTAX_RULES, type SyntaxRule } from '../syntax/syntax-rules.js'
import { ERROR_KIND, type Tree } from '../syntax/tree.js'

/** Told of every finding: a rule, and the stretch of text it is about. */
export type Report = (rule: SyntaxRule, start: number, end: number, wording?: Wording) => void

/** What becomes of each kind. */
export interface KindTable {
  /** By kind id, all 65,536: 0 when allowed, otherwise an index into {@link denials}. */
  readonly denied: Uint8Array
  /** Under which rule a kind is refused. Entry 0 is unused, entry 1 is for what the list does not name. */
  readonly denials: readonly SyntaxRule[]
  /** By kind id: 1 where the list says `guard`. */
  readonly guarded: Uint8Array
}

const FILE_NAME = 'grammar-rules/kinds.txt'

const UNKNOWN = 1

/** The table of this installation. Throws `InstallationError` when the file is missing. */
export function loadKindTable(grammar: Grammar): KindTable {
  return parseKindTable(readKindList(), grammar)
}

/** Reads a list of kinds. Throws `RuleError`, naming the line. */
export function parseKindTable(text: string, grammar: Grammar): KindTable {
  const denied = new Uint8Array(65536).fill(UNKNOWN)
  const guarded = new Uint8Array(65536)
  const denials: SyntaxRule[] = [SYNTAX_RULES.unknownSyntax, SYNTAX_RULES.unknownSyntax]
  const kinds = new Map(
    grammar.kinds.map(({ id, name, named }) => [named ? name : `"${name}"`, id]),
  )
  const listed = new Set<string>()

  for (const [index, line] of text.split('\n').entries()) {
    const fail = (message: string): never => {
      throw new RuleError(`${FILE_NAME}:${index + 1}: ${message}`)
    }
    const [verdict, ...words] = line.startsWith('#') ? [] : (line.match(/"[^"]+"|\S+/g) ?? [])
    if (verdict === undefined) continue
    let entry = 0
    if (verdict === 'deny') {
      const code = words.shift() ?? fail('a code is missing')
      const rule = syntaxRule(code) ?? fail(`no rule has the code ${code}`)
      entry = denials.indexOf(rule, UNKNOWN + 1)
      if (entry < 0) entry = denials.push(rule) - 1
    } else if (verdict !== 'allow' && verdict !== 'guard')
      fail(`"${verdict}" is none of allow, guard and deny`)
    for (const kind of words) {
      const id = kinds.get(kind) ?? fail(`the grammar has no kind ${kind}`)
      if (listed.has(kind)) fail(`${kind} is listed twice`)
      listed.add(kind)
      denied[id] = entry
      guarded[id] = verdict === 'guard' ? 1 : 0
    }
  }
  // An ERROR is reported as such, by `syntaxDiagnostics`, whatever the list says.
  denied[ERROR_KIND] = 0
  return { denied, denials, guarded }
}

/** Reports a node of a denied kind, unless its parent was reported under the same rule: `print` in a print statement. */
export function reportDeniedKind(
  { denied, denials }: KindTable,
  { kind, start, end, parent }: Tree,
  node: number,
  report: Report,
): void {
  const entry = denied[kind[node]]
  if (node > 0 && denied[kind[parent[node]]] === entry) return
  report(denials[entry], start[node], end[node])
}
