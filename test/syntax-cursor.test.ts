/** Where somebody else in the process started tree-sitter first, its memory is not ours to see: trees come from the cursor. */
import { readFileSync } from 'node:fs'
import { Language, Parser as TreeSitter } from 'web-tree-sitter'
import { expect, test, vi } from 'vitest'
import { InstallationError } from '../src/errors.js'
import { loadParser } from '../src/syntax/parse.js'

const file = (path: string): Uint8Array => readFileSync(new URL(`../${path}`, import.meta.url))
const FILES = {
  core: file('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
  grammar: file('dist/grammar/tree-sitter-python.wasm'),
}

test('a host that uses tree-sitter itself gets the same trees, only slower', async () => {
  await TreeSitter.init()
  const parser = await loadParser(FILES)
  expect(parser.reading).toBe('cursor')
  const tree = parser.parse("type(x).y = [*a(b), f'{c:=8}']\n")
  const kinds = Array.from({ length: tree.count }, (_, node) => parser.kindName(tree.kind[node]!))
  expect(kinds).toEqual([
    'module',
    'expression_statement',
    'assignment',
    'attribute',
    'call',
    'identifier',
    'argument_list',
    '(',
    'identifier',
    ')',
    '.',
    'identifier',
    '=',
    'list',
    '[',
    'list_splat',
    '*',
    'call',
    'identifier',
    'argument_list',
    '(',
    'identifier',
    ')',
    ',',
    'string',
    'string_start',
    'interpolation',
    '{',
    'identifier',
    'format_specifier',
    ':',
    '}',
    'string_end',
    ']',
  ])
  expect({ depth: tree.depth, hasError: tree.hasError, hiddenErrorAt: tree.hiddenErrorAt }).toEqual(
    { depth: 7, hasError: false, hiddenErrorAt: -1 },
  )
  expect(parser.parse('x = (1').hasError).toBe(true)
  expect(parser.parse('(((((((((1)))))))))\n').depth).toBe(11)
  // The host goes on with its own.
  const own = new TreeSitter()
  own.setLanguage(
    await Language.load(
      new URL('../node_modules/tree-sitter-python/tree-sitter-python.wasm', import.meta.url)
        .pathname,
    ),
  )
  const theirs = own.parse('x = 1\n')
  expect(theirs?.rootNode.toString()).toBe(
    '(module (expression_statement (assignment left: (identifier) right: (integer))))',
  )
})

test('where memory cannot be seen, only what surely fits is read', async () => {
  const parser = await loadParser(FILES)
  const { tooCostly, hasError, count } = parser.parse(`x = '${'a'.repeat(2_000_000)}'\n`)
  expect({ tooCostly, hasError, count }).toEqual({ tooCostly: true, hasError: true, count: 1 })
})

test('should tree-sitter abort, that source is refused, and later ones are told why', async () => {
  const parser = await loadParser(FILES)
  const crash = vi.spyOn(TreeSitter.prototype, 'parse').mockImplementation(() => {
    throw new WebAssembly.RuntimeError('Aborted()')
  })
  expect(parser.parse('x = 1\n').tooCostly).toBe(true)
  expect(() => parser.parse('y = 1\n')).toThrow(InstallationError)
  crash.mockRestore()
})
