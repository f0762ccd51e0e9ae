/** The matcher captures what tree-sitter's own queries capture, on every fixture and every rule. */
import { createRequire } from 'node:module'
import { Language, Parser as TreeSitter, Query } from 'web-tree-sitter'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadRules } from '../src/rules/load.js'
import { compileQueries } from '../src/rules/matcher.js'
import { parseQuery } from '../src/rules/query.js'
import { Reading } from '../src/rules/reading.js'
import { compilePredicate } from '../src/rules/predicates.js'
import { loadParser, type Parser } from '../src/syntax/parse.js'
import { fixtureNames, readFixture } from './support/fixtures.js'

let parser: Parser
let language: Language
let theirs: TreeSitter
/** Those of the sources that rules are tried on. */
let compared: readonly string[]

beforeAll(async () => {
  parser = await loadParser()
  const wasm = createRequire(import.meta.url).resolve('tree-sitter-python/tree-sitter-python.wasm')
  // The library has an instance of its own; this one is the test's.
  await TreeSitter.init()
  language = await Language.load(wasm)
  theirs = new TreeSitter()
  theirs.setLanguage(language)
  compared = sources.filter(agreeing)
})

/** Captures as text, each once, sorted. */
type Captures = readonly string[]

function ourQuery(text: string, file: string): (source: string) => Captures {
  const matchers = compileQueries(parseQuery(text, file), parser, file)
  const reading = new Reading(parser)
  return (source) => {
    reading.begin(parser.parse(source))
    const { tree } = reading
    const found = new Set<string>()
    for (const [index, matcher] of matchers.entries()) {
      for (let node = 0; node < tree.count; node += 1) {
        if (!matcher.kinds.includes(tree.kind[node])) continue
        matcher.match(reading, node, (name, captured) =>
          found.add(`${index} @${name} ${tree.start[captured]}-${tree.end[captured]}`),
        )
      }
    }
    return [...found].sort()
  }
}

/** tree-sitter finds; predicates, which each host evaluates for itself, are ours again. */
function theirQuery(text: string, file: string): (source: string) => Captures {
  // Without predicates: tree-sitter compares texts as they are, Python after normalisation.
  const bare = text
    .replace(/^;.*$/gm, '')
    .replace(/\(#[a-z-]+[?!](?:\s+(?:"(?:[^"\\]|\\.)*"|[^\s()]+))*\)/g, '')
  const query = new Query(language, bare)
  const tests = parseQuery(text, file).map(({ predicates }) =>
    predicates.map((predicate) => ({
      capture: predicate.capture,
      holds: compilePredicate(predicate, file),
    })),
  )
  return (source) => {
    const tree = theirs.parse(source)!
    const found = new Set<string>()
    for (const { patternIndex, captures } of query.matches(tree.rootNode)) {
      const holds = tests[patternIndex]!.every(({ capture, holds }) =>
        captures.every(
          ({ name, node }) =>
            name !== capture ||
            holds(node.type === 'identifier' ? node.text.normalize('NFKC') : node.text),
        ),
      )
      if (holds)
        for (const { name, node } of captures)
          found.add(`${patternIndex} @${name} ${node.startIndex}-${node.endIndex}`)
    }
    tree.delete()
    return [...found].sort()
  }
}

const sources = fixtureNames().flatMap((name) => readFixture(name).map((chunk) => chunk.source))

/** Whether both parsers of the test read it alike: ours mends a few misreadings of tree-sitter's. */
function agreeing(source: string): boolean {
  const tree = theirs.parse(source)!
  const kinds: string[] = []
  const cursor = tree.walk()
  for (let more = true; more; ) {
    kinds.push(cursor.nodeType)
    if (cursor.gotoFirstChild()) continue
    while (!cursor.gotoNextSibling())
      if (!cursor.gotoParent()) {
        more = false
        break
      }
  }
  const ours = parser.parse(source)
  const same =
    ours.count === kinds.length &&
    kinds.every((kind, node) => parser.kindName(ours.kind[node]) === kind)
  cursor.delete()
  tree.delete()
  return same
}

describe.each(
  [...loadRules().values()]
    .filter(({ hasQuery }) => hasQuery)
    .map(({ rule, file, text }) => ({ code: rule.code, file, text })),
)('$code', ({ file, text }) => {
  test('captures the same', () => {
    const [ours, theirs] = [ourQuery(text, file), theirQuery(text, file)]
    let captured = 0
    for (const source of compared) {
      const captures = ours(source)
      expect(captures).toEqual(theirs(source))
      captured += captures.length
    }
    expect(captured).toBeGreaterThan(0)
  })
})

test('most sources are compared', () => {
  expect(compared.length).toBeGreaterThan(sources.length / 2)
})

test.each([
  [
    '(call function: (identifier) @f arguments: (argument_list (string) @s))',
    'f("a", b, "c")\ng.h("d")',
  ],
  ['(argument_list (identifier) @a (identifier) @b)', 'f(a, b, c)\nf(a)'],
  ['(binary_operator "+" @plus)', 'a + b - c + d'],
  ['(_ (comment) @c)', 'f(  # one\n)\n# two'],
  ['(if_statement !alternative) @plain', 'if a: b\nif c: d\nelse: e'],
  ['[(lambda) (function_definition name: (identifier) @n)] @all', 'lambda: 1\ndef f(): lambda: 2'],
  ['(assignment left: [(identifier) @n (attribute object: (_) @o)])', 'a = b.c = d'],
  [
    '(call function: (attribute) @x arguments: (_ "(" @y (keyword_argument name: (identifier) @z)))',
    'a.b(c=1, d=2)(e=3)',
  ],
])('%s', (query, source) => {
  const root = query.startsWith('(_')
  if (root) expect(() => ourQuery(query, 'x')).toThrow('a pattern must begin with a kind')
  else expect(ourQuery(query, 'x')(source)).toEqual(theirQuery(query, 'x')(source))
})
