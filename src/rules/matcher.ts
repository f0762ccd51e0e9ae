/**
 * Compiles the patterns of rules into checks of single nodes, to be dispatched by the node's kind over the flat tree.
 * tree-sitter's own queries take 0.6 of the parse; these take a few nanoseconds at nodes that no rule speaks of. A test
 * runs both over every fixture and compares what they capture.
 *
 * A pattern becomes a chain of closures, made once: each tries the nodes it may match and calls the next with what it
 * found in a register, so that matching allocates nothing.
 */
import { RuleError } from '../errors.js'
import type { Grammar } from '../syntax/language.js'
import { compilePredicate, namesOf, type TextTest } from './predicates.js'
import type { Pattern, Query } from './query.js'
import type { Reading } from './reading.js'

/** Told every captured node of every match, as often as there are matches. */
export type Found = (capture: string, node: number) => void

/** A compiled pattern. Not reentrant: `found` must not match again. */
export interface Matcher {
  readonly query: Query
  /** Kinds of nodes at which it may match. */
  readonly kinds: readonly number[]
  /** An identifier that every match holds, and whose name decides; absent when there is none. */
  readonly anchor?: Anchor
  match(reading: Reading, node: number, found: Found): void
}

/** From where to look for a pattern: few identifiers have a name that any rule speaks of. */
export interface Anchor {
  /** Whether the name, normalised, can be part of a match. */
  readonly test: TextTest
  /** The names that can, where the pattern lists them. */
  readonly names: ReadonlySet<string> | undefined
  /** How many levels above the identifier the pattern may begin. */
  readonly depths: readonly number[]
}

type Step = (reading: Reading, node: number) => void
type Next = (reading: Reading) => void

const NONE = -1
const FOUND = 1

/** Compiles a query's patterns; `file` is for messages. Throws {@link RuleError} for kinds or fields the grammar lacks. */
export function compileQueries(
  queries: readonly Query[],
  grammar: Grammar,
  file: string,
): readonly Matcher[] {
  return queries.map((query) => new PatternCompiler(grammar, file).compile(query))
}

class PatternCompiler {
  private readonly captures: string[] = []
  private registers = 0
  private values = new Int32Array(0)
  private found: Found = () => {}

  constructor(
    private readonly grammar: Grammar,
    private readonly file: string,
  ) {}

  compile(query: Query): Matcher {
    const kinds = this.rootKinds(query.pattern)
    // Capture registers come first, so that a register's number is the capture's.
    for (const name of capturesOf(query.pattern)) this.register(name)
    const step = this.step(query.pattern, this.conclusion(query))
    this.values = new Int32Array(this.registers)
    const anchor = this.anchor(query)
    return {
      query,
      kinds,
      ...(anchor === undefined ? {} : { anchor }),
      match: (reading, node, found) => {
        this.found = found
        this.values.fill(NONE)
        step(reading, node)
      },
    }
  }

  private anchor(query: Query): Anchor | undefined {
    const chosen = query.predicates.find(
      ({ name, capture }) => !name.startsWith('not-') && anchors(query.pattern, capture),
    )
    if (chosen === undefined) return undefined
    const tests = query.predicates.filter(({ capture }) => capture === chosen.capture)
    const compiled = tests.map((predicate) => compilePredicate(predicate, this.file))
    const listed = tests.map((predicate) => namesOf(predicate)).find((names) => names !== undefined)
    return {
      test: (text) => compiled.every((test) => test(text)),
      names: listed,
      depths: [...new Set(depthsOf(query.pattern, chosen.capture, 0))],
    }
  }

  /** The end of the chain: every node is in its register; ask the predicates, then report. */
  private conclusion(query: Query): Next {
    const tests = query.predicates.map((predicate) => ({
      register: this.captures.indexOf(predicate.capture),
      test: rememberingTest(compilePredicate(predicate, this.file)),
    }))
    const { captures } = this
    return (reading) => {
      const { values } = this
      for (const { register, test } of tests) {
        const node = values[register]
        if (node !== NONE && !test(reading, node)) return
      }
      for (let register = 0; register < captures.length; register += 1) {
        if (values[register] !== NONE) this.found(captures[register], values[register])
      }
    }
  }

  private step(pattern: Pattern, next: Next): Step {
    const field = pattern.field === undefined ? 0 : this.fieldId(pattern.field, pattern.line)
    const registers = pattern.captures.map((name) => this.captures.indexOf(name))
    const body = pattern.type === 'choice' ? this.choice(pattern, next) : this.node(pattern, next)
    return (reading, node) => {
      if (field !== 0 && reading.tree.field[node] !== field) return
      for (const register of registers) this.values[register] = node
      body(reading, node)
    }
  }

  private choice(pattern: Extract<Pattern, { type: 'choice' }>, next: Next): Step {
    const options = pattern.options.map((option) => this.step(option, next))
    const inside = pattern.options.flatMap(capturesOf).map((name) => this.captures.indexOf(name))
    return (reading, node) => {
      for (const option of options) {
        for (const register of inside) this.values[register] = NONE
        option(reading, node)
      }
    }
  }

  private node(pattern: Extract<Pattern, { type: 'node' }>, next: Next): Step {
    const { kind, named, line } = pattern
    const id = kind === undefined ? undefined : this.kindId(kind, named === true, line)
    const absent = pattern.absentFields.map((name) => this.fieldId(name, line))
    const children = this.children(pattern.children, next)
    return (reading, node) => {
      const { tree } = reading
      if (
        id === undefined ? named === true && (tree.flags[node] & 1) === 0 : tree.kind[node] !== id
      )
        return
      if (absent.length > 0) {
        for (let child = node + 1; child < tree.skip[node]; child = tree.skip[child]) {
          if (absent.includes(tree.field[child])) return
        }
      }
      children(reading, node)
    }
  }

  /** Tries `patterns` on the children of a node, in order, whatever stands between them. */
  private children(patterns: readonly Pattern[], next: Next): Step {
    if (patterns.length === 0) return next
    const parent = this.registers++
    let after: (reading: Reading, from: number) => void = next
    for (const pattern of [...patterns].reverse()) {
      const matched = this.registers++
      const found = this.registers++
      const rest = after
      // Where nothing is captured, the first child that matches leaves most for those after it: no other needs trying.
      const once = capturesOf(pattern).length === 0
      const step = this.step(pattern, (reading) => {
        this.values[found] = FOUND
        rest(reading, reading.tree.skip[this.values[matched]])
      })
      after = (reading, from) => {
        const { skip } = reading.tree
        const end = skip[this.values[parent]]
        for (let child = from; child < end; child = skip[child]) {
          this.values[matched] = child
          this.values[found] = NONE
          step(reading, child)
          if (once && this.values[found] === FOUND) break
        }
      }
    }
    const first = after
    return (reading, node) => {
      this.values[parent] = node
      first(reading, node + 1)
    }
  }

  private register(capture: string): void {
    if (this.captures.includes(capture)) return
    this.captures.push(capture)
    this.registers += 1
  }

  private rootKinds(pattern: Pattern): readonly number[] {
    if (pattern.type === 'choice')
      return [...new Set(pattern.options.flatMap((option) => this.rootKinds(option)))]
    if (pattern.kind === undefined)
      this.fail('a pattern must begin with a kind, not with a wildcard', pattern.line)
    return [this.kindId(pattern.kind!, pattern.named === true, pattern.line)]
  }

  private kindId(name: string, named: boolean, line: number): number {
    try {
      return this.grammar.kindId(name, named)
    } catch {
      return this.fail(`the grammar has no ${named ? 'kind' : 'token'} "${name}"`, line)
    }
  }

  private fieldId(name: string, line: number): number {
    try {
      return this.grammar.fieldId(name)
    } catch {
      return this.fail(`the grammar has no field "${name}"`, line)
    }
  }

  private fail(message: string, line: number): never {
    throw new RuleError(`${this.file}:${line}: ${message}`)
  }
}

function capturesOf(pattern: Pattern): readonly string[] {
  const inner = pattern.type === 'choice' ? pattern.options : pattern.children
  return [...pattern.captures, ...inner.flatMap(capturesOf)]
}

/** Whether every match binds `capture`, and to an identifier. */
function anchors(pattern: Pattern, capture: string): boolean {
  if (pattern.type === 'choice') {
    return (
      !pattern.captures.includes(capture) &&
      pattern.options.every((option) => anchors(option, capture))
    )
  }
  if (pattern.captures.includes(capture))
    return pattern.kind === 'identifier' && pattern.named === true
  return pattern.children.some((child) => anchors(child, capture))
}

/** At which depths below the root `capture` occurs. */
function depthsOf(pattern: Pattern, capture: string, depth: number): readonly number[] {
  if (pattern.type === 'choice')
    return pattern.options.flatMap((option) => depthsOf(option, capture, depth))
  const here = pattern.captures.includes(capture) ? [depth] : []
  return [...here, ...pattern.children.flatMap((child) => depthsOf(child, capture, depth + 1))]
}

const UNKNOWN = 0
const HOLDS = 1
const FAILS = 2

/** Asks `test` once for each name; other texts are asked for each time. */
function rememberingTest(test: TextTest): (reading: Reading, node: number) => boolean {
  let answers = new Uint8Array(256)
  let generation = 0
  return (reading, node) => {
    if (!reading.isIdentifier(node)) return test(reading.textOf(node))
    const name = reading.nameOf(node)
    if (generation !== reading.names.generation) {
      generation = reading.names.generation
      answers = new Uint8Array(256)
    } else if (name >= answers.length) {
      const longer = new Uint8Array(Math.max(answers.length * 2, name + 1))
      longer.set(answers)
      answers = longer
    }
    if (name >= answers.length) answers = new Uint8Array(name * 2)
    if (answers[name] === UNKNOWN) answers[name] = test(reading.names.text(name)) ? HOLDS : FAILS
    return answers[name] === HOLDS
  }
}
