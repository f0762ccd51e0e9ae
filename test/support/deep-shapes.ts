/** Structures nested as deep as one likes: programs by name, in which `N` is how deep. */

/** Made step by step in `t`, then dropped: setup, and the step. */
const DROPPED: Record<string, readonly [setup: string, step: string]> = {
  'linked list of objects': [
    'class Node:\n    def __init__(self, rest): self.rest = rest',
    'Node(t)',
  ],
  'linked list of objects with slots': [
    'class Node:\n    __slots__ = ("rest",)\n    def __init__(self, rest): self.rest = rest',
    'Node(t)',
  ],
  tuples: ['', '(i, t)'],
  lists: ['', '[t]'],
  dicts: ['', '{1: t}'],
  'frozen sets': ['', 'frozenset([(t,)])'],
  closures: ['def make(f): return lambda: f', 'make(t)'],
  generators: ['def g(x): yield x', '(lambda it: (next(it), it)[1])(g(t))'],
  partials: ['from functools import partial', 'partial(print, t)'],
  exceptions: ['', 'ValueError(t)'],
  maps: ['', 'map(int, t or [])'],
  filters: ['', 'filter(None, t or [])'],
  zips: ['', 'zip(t or [])'],
  slices: ['', 'slice(t)'],
  properties: ['', 'property(t)'],
  'static methods': ['', 'staticmethod(t)'],
  'class methods': ['', 'classmethod(t)'],
  'ordered dicts': ['from collections import OrderedDict', 'OrderedDict(a=t)'],
  deques: ['from collections import deque', 'deque([t])'],
  'dict views': ['', '{1: t}.values()'],
  'generic aliases': ['', 'list[t]'],
  'bound methods': [
    'class A:\n    def f(self): pass',
    '(lambda a: (setattr(a, "t", t), a.f)[1])(A())',
  ],
  cells: ['def make(x):\n    def f(): return x\n    return f.__closure__[0]', 'make(t)'],
  'memory views of nothing': ['import itertools', 'itertools.chain(t or [])'],
  'keys to compare': ['import functools\nK = functools.cmp_to_key(lambda a, b: 0)', 'K(t)'],
  coroutines: [
    'import warnings\nwarnings.simplefilter("ignore")\nasync def f(x): return x',
    'f(t)',
  ],
}

/** Iterators of iterators, asked for what comes next. */
const ASKED: Record<string, string> = {
  map: 'map(int, t)',
  'map of two': 'map(max, t, [1, 2])',
  filter: 'filter(None, t)',
  'filter by a function': 'filter(bool, t)',
  zip: 'zip(t)',
  enumerate: 'enumerate(t)',
  chain: 'itertools.chain(t)',
  islice: 'itertools.islice(t, 2)',
  starmap: 'itertools.starmap(max, zip(t, [1]))',
  accumulate: 'itertools.accumulate(t)',
  takewhile: 'itertools.takewhile(bool, t)',
  dropwhile: 'itertools.dropwhile(int, t)',
  compress: 'itertools.compress(t, [1])',
  cycle: 'itertools.cycle(t)',
  tee: 'itertools.tee(itertools.chain(t), 1)[0]',
  pairwise: 'itertools.pairwise(itertools.chain(t, t))',
  batched: 'itertools.batched(t, 1)',
  groupby: 'itertools.groupby(t)',
  zip_longest: 'itertools.zip_longest(t)',
  filterfalse: 'itertools.filterfalse(bool, itertools.chain([0], t))',
  'calls until a value': 'iter(t.__next__, 0)',
}

/** Done with a nest in `t`, or two, `t` and `u`. */
const USED: Record<string, readonly [begin: string, step: string, use: string]> = {
  'tuples hashed': ['()', '(t,)', 'hash(t)'],
  'slices hashed': ['slice(0)', 'slice(t)', 'hash(t)'],
  'aliases hashed': ['list[int]', 'list[t]', 'hash(t)'],
  'frozen sets hashed': ['frozenset()', 'frozenset([(t,)])', 'hash(t)'],
  'lists compared': ['[]', '[t]', 't == u'],
  'tuples in order': ['()', '(t,)', 't < u'],
  'slices compared': ['slice(0)', 'slice(t)', 't == u'],
  'dicts compared': ['{}', '{1: t}', 't == u'],
  'deques compared': ['deque()', 'deque([t])', 't == u'],
  'lists shown': ['[]', '[t]', 'repr(t)'],
  'dicts shown': ['{}', '{1: t}', 'repr(t)'],
  'tuples shown': ['()', '(t,)', 'str(t)'],
  'deques shown': ['deque()', 'deque([t])', 'repr(t)'],
  'defaults shown': ['defaultdict(int)', 'defaultdict(int, {1: t})', 'repr(t)'],
  'slices shown': ['slice(0)', 'slice(t)', 'repr(t)'],
  'partials shown': ['partial(int)', 'partial(print, t)', 'repr(t)'],
  'JSON written': ['[]', '[t]', 'json.dumps(t)'],
  'copied deep': ['[]', '[t]', 'copy.deepcopy(t)'],
  'formatted in place': ['[]', '[t]', '"%s" % t'],
  'an exception group split': ['ValueError()', 'ExceptionGroup("", [t])', 't.split(ValueError)'],
  'an exception group shown': ['ValueError()', 'ExceptionGroup("", [t])', 'repr(t)'],
  'marshalled alike': ['[]', '[t]', 'sorted([t, u])'],
}

const OTHERS: Record<string, string> = {
  'JSON read': 'import json\njson.loads("[" * N + "]" * N)',
  'an expression matched': 'import re\nre.match("(?:a|b)*c", "ab" * N)',
  'calls of Python': 'def f(n): return f(n + 1)\nf(0)',
  'calls through a sort': 'def f(n): return sorted([1], key=lambda _: f(n))\nf(0)',
  'calls through a cache':
    'import functools\n@functools.lru_cache(None)\ndef f(n): return f(n + 1)\nf(0)',
  'calls through repr': 'class A:\n    def __repr__(self): return repr([self])\nrepr(A())',
  'calls through ==': 'class A:\n    def __eq__(self, other): return [self] == [other]\nA() == A()',
  'calls through getattr':
    'class A:\n    def __getattr__(self, name): return getattr(A(), name)\nA().x',
  'calls through +': 'class A:\n    def __add__(self, other): return sum([A()], self)\nA() + 1',
}

const IMPORTS =
  'import copy, itertools, json\nfrom collections import deque, defaultdict\nfrom functools import partial\n'

/** Every shape, nested `n` deep. */
export function deepShapes(n: number): Record<string, string> {
  const shapes: Record<string, string> = {}
  const repeated = (name: string, step: string): string =>
    `for i in range(${n}): ${name} = ${step}\n`
  for (const [name, [setup, step]] of Object.entries(DROPPED))
    shapes[`${name} dropped`] = `${setup}\nt = None\n${repeated('t', step)}t = None`
  for (const [name, step] of Object.entries(ASKED))
    shapes[`${name} asked`] = `${IMPORTS}t = iter([1, 1, 1])\n${repeated('t', step)}next(t, None)`
  for (const [name, [begin, step, use]] of Object.entries(USED)) {
    const other = step.replaceAll(/\bt\b/g, 'u')
    shapes[name] =
      `${IMPORTS}t = ${begin}\nu = ${begin}\n${repeated('t', step)}${repeated('u', other)}${use}`
  }
  for (const [name, source] of Object.entries(OTHERS))
    shapes[name] = source.replaceAll(/\bN\b/g, String(n))
  return shapes
}
