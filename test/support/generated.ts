/**
 * Programs by chance, over names that are bound to recorders: every operation of theirs leaves a trace, so that two texts
 * which trace alike evaluate the same things in the same order. Spaces, line ends and comments fall where Python lets them.
 */
import fc from 'fast-check'

/** The names that generated programs read; a runner binds them. */
export const NAMES = 'a b c d e'

type Text = fc.Arbitrary<string>

const name: Text = fc.constantFrom(...NAMES.split(' '))
const attribute: Text = fc.constantFrom('x', 'y', 'real', 'match', 'ﬁ')
const space: Text = fc.constantFrom('', '', '', ' ')
/** Between brackets a line may end anywhere. */
const gap: Text = fc.constantFrom('', '', '', ' ', '\n', ' # é\n  ')

const join = (...parts: (string | Text)[]): Text =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((texts) => texts.join(''))
const list = (item: Text, separator = ',', limits = { minLength: 1, maxLength: 3 }): Text =>
  fc.array(item, limits).map((items) => items.join(separator))
/** A tuple without parentheses, one or more. */
const tupled = (item: Text): Text =>
  fc
    .tuple(fc.array(item, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([items, comma]) => items.join(', ') + (comma || items.length === 1 ? ',' : ''))

interface Grammar {
  expression: string
  primary: string
  slice: string
  key: string
  argument: string
  field: string
  comprehension: string
  target: string
  single: string
}

const { expression, primary, single, target } = fc.letrec<Grammar>((tie) => {
  const oneOf = (...choices: Text[]): Text =>
    fc.oneof({ maxDepth: 5, depthIdentifier: 'python' }, ...choices)
  const [expression, primary] = [tie('expression') as Text, tie('primary') as Text]
  return {
    primary: oneOf(
      name,
      fc.constantFrom('1 ', '2.5', '"s"', '"s" \'t\'', 'f"{a}"', '...', 'True', 'b.x'),
      join(primary, space, '.', space, attribute),
      join(primary, space, '[', gap, tie('key'), gap, ']'),
      join(primary, '(', gap, list(tie('argument'), ','), gap, ')'),
      join(primary, '(*', expression, ')'),
      join('(', gap, expression, gap, ')'),
      join('[', gap, list(oneOf(expression, join('*', primary))), gap, ']'),
      join('(', list(oneOf(primary, join('*', name))), ',)'),
      join('[', tie('comprehension'), ']'),
      join('{', primary, ':', expression, ' for', ' (k, v) in ', '[(', primary, ',1)]', '}'),
      join('f"', tie('field'), tie('field'), '"'),
      join("f'", tie('field'), ' text', "'"),
    ),
    expression: oneOf(
      primary,
      join(
        primary,
        space,
        fc.constantFrom('+', '-', '*', '**', '|', '<', '==', '@', '>>'),
        space,
        primary,
      ),
      join(fc.constantFrom('-', 'not ', 'not(1)is ', '+', '~'), primary),
      join('(', primary, ')if(', expression, ')else(', primary, ')'),
      join(
        '(',
        primary,
        fc.constantFrom(')and ', ')or[1]or(1)and ', ')in[', ')is(').chain((word) => {
          const close = word.endsWith('[') ? ']' : word.endsWith('(') ? ')' : ''
          return join(word, primary, close)
        }),
      ),
      join('(lambda p, q=', primary, ': ', expression, ')(', primary, ')'),
      join('(w := ', expression, ')'),
    ),
    slice: oneOf(
      join(primary, gap, ':', gap, primary),
      join(':', primary),
      join(primary, ':'),
      fc.constant(':'),
      fc.constant('::'),
      join(primary, ':', primary, ':', primary),
      join('::', primary),
    ),
    key: oneOf(
      expression,
      tie('slice') as Text,
      tupled(oneOf(primary, tie('slice') as Text, join('*', name))),
    ),
    argument: oneOf(expression, join('k', fc.constantFrom('1', '2', '3'), '=', expression)),
    field: oneOf(
      join('{', primary, '}'),
      join(
        '{',
        space,
        primary,
        space,
        fc.constantFrom('=', ' = ', '=!r', '!s', '=:>3', ':{1}', ':>{b.x}'),
        '}',
      ),
      fc.constant('{{a.b}}'),
    ),
    comprehension: join(
      expression,
      gap,
      ' for ',
      tie('target'),
      ' in',
      fc.constantFrom(' ', '('),
      '[a, b]',
    ).map((text) => (text.endsWith('([a, b]') ? `${text})` : text)),
    single: oneOf(
      fc.constantFrom('t', 'u', '(t)'),
      join(
        primary.filter((text) => !/^[1-9"'f.N[({]/.test(text)),
        '.',
        attribute,
      ),
      join(name, '[', gap, tie('key'), gap, ']'),
      join('(', name, ').', attribute),
      join('(', name, '.', attribute, ')'),
    ),
    target: oneOf(
      tie('single') as Text,
      fc.constantFrom('t, u', '(t, u)', '[t, u]', 't, *u', '*t, u', '(t), u'),
      join(tie('single'), ', ', tie('single')),
      join('t, (', tie('single'), ', ', tie('single'), ')'),
    ),
  }
})

const value: Text = fc.oneof(
  expression,
  tupled(
    fc.oneof(
      primary,
      name.map((text) => `*${text}`),
    ),
  ),
)

const statement: Text = fc.oneof(
  join(expression),
  join(target, space, '=', space, value),
  join(single, ' = ', target, ' = ', expression),
  join('t = 1\n', fc.constantFrom('t', '(t)'), fc.constantFrom(' +=', '-= ', ' *= ', '|='), value),
  join(
    single.filter((text) => !/^\(?[tu]\)?$/.test(text)),
    fc.constantFrom(' += ', '-=', ' //= '),
    value,
  ),
  join(
    'del ',
    single.filter((text) => !/^\(?[tu]\)?$/.test(text)),
  ),
  join('for ', target, ' in', fc.constantFrom(' ', '('), primary)
    .map((text) => (text.includes(' in(') ? `${text})` : text))
    .chain((head) => join(head, ': ', expression)),
  join('with ', primary, ' as ', single, ', (', primary, ') as (t, ', single, '):\n  ', expression),
  join(
    'def f(p=',
    expression,
    ', *q, r: ',
    primary,
    ' = ',
    expression,
    ') -> ',
    primary,
    ':\n  return ',
    value,
    '\nt = f()',
  ),
  join('@', primary, '\ndef f(): pass'),
  join('def f():\n  t = yield from ', primary, '\n  yield ', value, '\nt = [*f()]'),
  join('class C(', primary, ', k=', primary, '): pass'),
  join('class C:\n  z = ', expression, '\n  m: ', primary, ' = ', expression),
  join(
    'match ',
    primary,
    ':\n  case [t, *u] if ',
    expression,
    ': ',
    expression,
    '\n  case _: ',
    expression,
  ),
  join('while ', primary, ':\n  ', expression, '\n  break'),
  join(
    'try: raise KeyError(',
    expression,
    ')\nexcept (KeyError, ',
    primary,
    ') as t: ',
    expression,
    '\nfinally: ',
    expression,
  ),
  join(
    'async def f():\n  async for ',
    target,
    ' in ',
    name,
    ': await ',
    name,
    '.x\n  return [t async for t in ',
    name,
    ']\nresult = f()',
  ),
)

/**
 * A program of a few statements. Whether Python accepts it (a keyword given twice) is for the test to ask. Each `pass` keeps
 * tree-sitter from taking two lines for one statement, which `check` refuses.
 */
export const program: Text = list(statement, '\npass\n', { minLength: 1, maxLength: 4 })
