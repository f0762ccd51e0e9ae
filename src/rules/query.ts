/**
 * Reads tree-sitter queries, the subset that rules are written in, into patterns.
 *
 * The subset: named nodes `(kind)`, tokens `"kind"`, the wildcards `(_)` and `_`, nesting, `field:`, `!field`, alternations
 * `[a b]`, captures `@name`, groups, and predicates (`#eq? #any-of? #match? #in?` and their `not-` forms, `#set!`). It
 * leaves out anchors, quantifiers and supertypes. Whatever is outside is an error that names file and line: a rule that
 * is half understood would deny half of what it says.
 */
import { RuleError } from '../errors.js'

/** One node of a pattern. */
export type Pattern = NodePattern | ChoicePattern

/** Matches one node, with patterns for its children. */
export interface NodePattern {
  readonly type: 'node'
  /** The node's kind, undefined for a wildcard. */
  readonly kind: string | undefined
  /** Whether it is a named node; a bare `_` (undefined) takes either. */
  readonly named: boolean | undefined
  readonly field: string | undefined
  readonly absentFields: readonly string[]
  readonly captures: readonly string[]
  /** Patterns of children, matched in this order, others between them. */
  readonly children: readonly Pattern[]
  readonly line: number
}

/** Matches what one of its options matches: `[a b]`. */
export interface ChoicePattern {
  readonly type: 'choice'
  readonly options: readonly Pattern[]
  readonly field: string | undefined
  readonly captures: readonly string[]
  readonly line: number
}

/** `(#name @capture arguments...)`. */
export interface Predicate {
  readonly name: string
  readonly capture: string
  readonly arguments: readonly string[]
  readonly line: number
}

/** One top-level pattern of a query with its predicates and what it sets. */
export interface Query {
  readonly pattern: Pattern
  readonly predicates: readonly Predicate[]
  /** `(#set! message "...")` and the like. */
  readonly properties: Readonly<Record<string, string>>
}

interface Token {
  readonly text: string
  readonly quoted: boolean
  readonly line: number
}

/** What may stand in a query, longest first: comment, string, capture, predicate, `field:`, word, bracket. */
const TOKEN = /;[^\n]*|"(?:[^"\\\n]|\\.)*"|@[\w.-]+|#[\w-]+[?!]|[\w-]+:|![\w-]+|[\w.-]+|[()[\]]|\S/y

/** Reads every pattern of `text`. Throws {@link RuleError} with `file` and the line for what the subset does not have. */
export function parseQuery(text: string, file: string): readonly Query[] {
  const reader = new QueryReader(tokenize(text), file)
  const queries: Query[] = []
  while (!reader.atEnd) queries.push(reader.query())
  return queries
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let line = 1
  for (let at = 0; at < text.length; ) {
    const char = text[at]
    if (/\s/.test(char)) {
      if (char === '\n') line += 1
      at += 1
      continue
    }
    TOKEN.lastIndex = at
    const found = TOKEN.exec(text)![0]
    at += found.length
    if (found[0] === ';') continue
    const quoted = found[0] === '"' && found.length > 1
    tokens.push({ text: quoted ? unquote(found) : found, quoted, line })
  }
  return tokens
}

/** tree-sitter's escapes: `\n \t \r \0` and the character itself for any other. */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', 0: '\0' }
const unquote = (quoted: string): string =>
  quoted.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char)

class QueryReader {
  private at = 0
  private predicates: Predicate[] = []
  private properties: Record<string, string> = {}

  constructor(
    private readonly tokens: readonly Token[],
    private readonly file: string,
  ) {}

  get atEnd(): boolean {
    return this.at >= this.tokens.length
  }

  query(): Query {
    this.predicates = []
    this.properties = {}
    const pattern = this.pattern(undefined)
    const captures = new Set<string>()
    for (const all = [pattern]; all.length > 0; ) {
      const next = all.pop()!
      for (const name of next.captures) captures.add(name)
      all.push(...(next.type === 'choice' ? next.options : next.children))
    }
    for (const { capture, line } of this.predicates) {
      if (!captures.has(capture)) this.fail(`no capture @${capture}`, line)
    }
    return { pattern, predicates: this.predicates, properties: this.properties }
  }

  private pattern(field: string | undefined): Pattern {
    const token = this.next()
    const { text, line } = token
    if (token.quoted) return this.leaf(text, false, field, line)
    if (text === '_') return this.leaf(undefined, undefined, field, line)
    if (text === '[') return this.choice(field, line)
    if (text !== '(') return this.fail(`expected a pattern, not "${text}"`, line)
    const head = this.peek()
    // `((node) (#eq? ...))` is a group: one pattern and its predicates.
    if (head !== undefined && (head.quoted || head.text === '(' || head.text === '[')) {
      const inner = this.pattern(field)
      this.skipPredicates()
      this.expect(')')
      if (this.peek()?.text.startsWith('@'))
        this.fail('a group cannot be captured', this.peek()!.line)
      return inner
    }
    const kind = this.next().text
    if (!/^\w+$/.test(kind)) this.fail(`expected a node kind, not "${kind}"`, line)
    return this.node(kind === '_' ? undefined : kind, field, line)
  }

  private node(kind: string | undefined, field: string | undefined, line: number): Pattern {
    const children: Pattern[] = []
    const absentFields: string[] = []
    for (;;) {
      this.skipPredicates()
      const token = this.peek()
      if (token === undefined) return this.fail('a pattern is not closed', line)
      if (!token.quoted && token.text === ')') break
      if (!token.quoted && token.text.startsWith('!') && token.text.length > 1) {
        absentFields.push(this.next().text.slice(1))
      } else if (!token.quoted && token.text.endsWith(':')) {
        children.push(this.pattern(this.next().text.slice(0, -1)))
      } else {
        children.push(this.pattern(undefined))
      }
    }
    this.expect(')')
    return {
      type: 'node',
      kind,
      named: true,
      field,
      absentFields,
      captures: this.captures(),
      children,
      line,
    }
  }

  private leaf(
    kind: string | undefined,
    named: boolean | undefined,
    field: string | undefined,
    line: number,
  ): Pattern {
    return {
      type: 'node',
      kind,
      named,
      field,
      absentFields: [],
      captures: this.captures(),
      children: [],
      line,
    }
  }

  private choice(field: string | undefined, line: number): Pattern {
    const options: Pattern[] = []
    while (this.peek() !== undefined && (this.peek()!.quoted || this.peek()!.text !== ']')) {
      const inner = this.peek()!
      const named = !inner.quoted && inner.text.endsWith(':')
      options.push(this.pattern(named ? this.next().text.slice(0, -1) : undefined))
    }
    this.expect(']')
    if (options.length === 0) this.fail('an alternation is empty', line)
    return { type: 'choice', options, field, captures: this.captures(), line }
  }

  private captures(): readonly string[] {
    const names: string[] = []
    while (!this.atEnd && !this.peek()!.quoted && this.peek()!.text.startsWith('@'))
      names.push(this.next().text.slice(1))
    const after = this.peek()
    if (after !== undefined && !after.quoted && /^[+*?.]$/.test(after.text)) {
      this.fail(`"${after.text}" is outside the subset of queries that rules may use`, after.line)
    }
    return names
  }

  private skipPredicates(): void {
    for (;;) {
      const [open, name] = [this.tokens[this.at], this.tokens[this.at + 1]]
      if (
        open === undefined ||
        open.quoted ||
        open.text !== '(' ||
        !name?.text.startsWith('#') ||
        name.quoted
      )
        return
      this.at += 2
      const operands: Token[] = []
      while (this.peek() !== undefined && (this.peek()!.quoted || this.peek()!.text !== ')'))
        operands.push(this.next())
      this.expect(')')
      this.addPredicate(name.text, operands, name.line)
    }
  }

  private addPredicate(name: string, operands: readonly Token[], line: number): void {
    const [first, ...rest] = operands
    if (first === undefined) return this.fail(`${name} has no operand`, line)
    if (name === '#set!') {
      if (rest.length !== 1) return this.fail('#set! takes a key and a value', line)
      this.properties[first.text] = rest[0].text
      return
    }
    if (first.quoted || !first.text.startsWith('@'))
      return this.fail(`${name} must begin with a capture`, line)
    const strayCapture = rest.find((token) => !token.quoted && token.text.startsWith('@'))
    if (strayCapture !== undefined) return this.fail(`${name} cannot compare two captures`, line)
    const operandTexts = rest.map(({ text }) => text)
    this.predicates.push({
      name: name.slice(1),
      capture: first.text.slice(1),
      arguments: operandTexts,
      line,
    })
  }

  private peek(): Token | undefined {
    return this.tokens[this.at]
  }

  private next(): Token {
    const token = this.tokens[this.at]
    if (token === undefined)
      return this.fail('the query ends too early', this.tokens.at(-1)?.line ?? 1)
    this.at += 1
    return token
  }

  private expect(text: string): void {
    const token = this.next()
    if (token.quoted || token.text !== text)
      this.fail(`expected "${text}", not "${token.text}"`, token.line)
  }

  private fail(message: string, line: number): never {
    throw new RuleError(`${this.file}:${line}: ${message}`)
  }
}
