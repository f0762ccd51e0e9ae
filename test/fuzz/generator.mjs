/**
 * Python programs by grammar: every construct the restricted language accepts, nested at random. They end (loops run over
 * short ranges), and say what they did: each appends to `out`, and `result` is its repr. Many raise; that is compared too.
 */
const NAMES = ['a', 'b', 'c', 'd', '_p', 'xs', 'o', 'ｆ']
const ATTRIBUTES = ['x', 'y', '_hidden', '__mine', 'items', 'real', 'label']

export class Generator {
  constructor(random) {
    this.r = random
    this.depth = 0
    this.scopes = ['module']
  }

  program() {
    const lines = [
      'class O:',
      '    label = "L"',
      '    __slots__ = ()' + ' or ("x", "y", "_hidden", "__mine", "items", "__dict__")',
      '    def __init__(self, x=1):',
      '        self.x = x',
      '        self._hidden = [x]',
      '        self.__mine = {x: x}',
      '        self.items = [x, 2, 3]',
      '    def total(self, *a, k=0, **kw):',
      '        return self.x + len(a) + k + len(kw) + len(self.__mine)',
      '    def __getitem__(self, k):',
      '        return k',
      '    def __setitem__(self, k, v):',
      '        self.items = [k, v]',
      '    def __delitem__(self, k):',
      '        self.items = []',
      '    def __iadd__(self, v):',
      '        self.x = [v]',
      '        return self',
      '    def __enter__(self):',
      '        return (1, [2, 3])',
      '    def __exit__(self, *e):',
      '        return False',
      '    def __repr__(self):',
      '        return "O"',
      'out = []',
      'a, b, c, d, _p = 1, 2, "s", [3, 4], {"k": 5}',
      'xs = [1, 2, 3]',
      'o = O()',
      'ｆ = 3.5',
    ].filter((line) => !line.includes('__slots__'))
    // One exception does not end the program: what each statement raised is part of what is compared.
    for (let i = 0; i < 6; i++) {
      lines.push(
        'try:',
        ...this.statement('    '),
        'except Exception as problem:',
        '    out.append((type(problem).__name__, str(problem)))',
      )
    }
    lines.push('result = repr(out)')
    return lines.join('\n') + '\n'
  }

  block(indent) {
    this.depth++
    const lines = []
    const count = 1 + this.r.below(3)
    for (let i = 0; i < count; i++) lines.push(...this.statement(indent + '    '))
    this.depth--
    return lines
  }

  statement(indent) {
    const { r } = this
    const simple = [
      () => `out.append(${this.expr()})`,
      () => `${this.target()} = ${this.expr()}`,
      () => `${r.pick(NAMES)} ${r.pick(['+=', '-=', '*=', '//=', '|=', '%='])} ${this.expr(2)}`,
      () => `o.${r.pick(ATTRIBUTES)} ${r.pick(['+=', '*='])} ${this.expr(2)}`,
      () =>
        `${r.pick(['d', 'xs', 'o', '_p'])}[${this.key()}] ${r.pick(['=', '+='])} ${this.expr(2)}`,
      () =>
        `${this.unpack()} = ${r.pick(['xs', '(1, 2, 3)', '"abc"', '[1, (2, 3)]', 'range(3)', this.expr(2)])}`,
      () => `a = b = ${this.expr()}`,
      () => `a, (b, *c) = ${r.pick(['(1, [2, 3])', '(1, "xyz")', 'o.items, xs'])}`,
      () => `del ${r.pick(['d[0]', 'o.x', 'o[1]', '_p["k"]', 'xs[-1:]', 'd[::2]', 'o.items[0]'])}`,
      () => `assert ${this.expr(2)}, ${this.expr(1)}`,
      () =>
        `ann: ${r.pick(['int', 'list[int]', '"str"', 'dict[str, int] | None'])} = ${this.expr(2)}`,
      () => `(${this.expr(1)}); pass`,
      () => `from math import floor as c; out.append(c(${r.pick(['1.5', 'ｆ'])}))`,
      () => `print(${this.expr(1)}, end='')`,
    ]
    const compound = [
      () => [
        `if ${this.expr(2)}:`,
        ...this.block(indent),
        ...(r.chance(0.4) ? [indent + `elif ${this.expr(1)}:`, ...this.block(indent)] : []),
        ...(r.chance(0.5) ? [indent + 'else:', ...this.block(indent)] : []),
      ],
      () => [
        `for ${r.pick(['a', 'o.x', 'd[0]', 'a, b', 'a, (b, *c)', '_p["q"]', 'i'])} in ${r.pick(['range(2)', 'xs[:2]', '[(1, 2)]', '[(1, (2, 3))]', 'enumerate(xs[:1])', '"ab"'])}:`,
        ...this.block(indent),
        ...(r.chance(0.3) ? [indent + 'else:', ...this.block(indent)] : []),
      ],
      () => [
        'try:',
        ...this.block(indent),
        indent +
          `except ${r.pick(['Exception', 'ZeroDivisionError', '(TypeError, KeyError)', 'LookupError'])}${r.chance(0.5) ? ' as e' : ''}:`,
        ...this.block(indent),
        ...(r.chance(0.3) ? [indent + 'else:', ...this.block(indent)] : []),
        ...(r.chance(0.3) ? [indent + 'finally:', ...this.block(indent)] : []),
      ],
      () => [
        `with ${r.pick(['o', 'O()', 'o as a', 'O() as (a, [b, *c])', 'o as o.y', '(O() as a, O() as d[0:1])'])}:`,
        ...this.block(indent),
      ],
      () => [
        `def f(a, b=${this.expr(1)}, /, *c, k=${this.expr(1)}, **kw):`,
        ...this.inFunction(() => this.block(indent)),
        indent + `    return ${this.expr(2)}`,
        indent +
          `out.append(f(${r.pick(['1', '1, 2', '*xs', '1, k=2', '1, *xs, **{"z": 1}', '*[1], *xs'])}))`,
      ],
      () => [
        'def g():',
        indent + '    global a',
        indent + '    q = 1',
        indent + '    def h():',
        indent + '        nonlocal q',
        indent + `        q += ${this.expr(1)}`,
        indent + '        return q',
        ...this.inFunction(() => this.block(indent)),
        indent + `    yield ${this.expr(1)}`,
        indent + `    yield from ${r.pick(['xs', 'h() and []', '(h(), q)'])}`,
        indent + 'out.append(list(g()))',
      ],
      () => [
        `class C(${r.pick(['O', 'object', 'O, ', ''])}):`,
        indent + `    z = ${this.expr(1)}`,
        indent + '    _w: int = 4',
        indent + `    __v = ${this.expr(1)}`,
        indent + '    def m(self, n=z):',
        indent + '        return (self._w, self.__v, n, self.z)',
        indent + '    @property',
        indent + '    def p(self): return super().__repr__()',
        indent +
          `out.append(${r.pick(['C().m()', 'C().z', 'C._w', 'C().p[:2]', 'hasattr(C, "_w")'])})`,
      ],
      () => [
        `match ${r.pick(['xs', 'o', '{"k": [1, 2], "z": 3}', 'a', '(1, "s")', this.expr(1)])}:`,
        indent + `    case ${this.pattern()}${r.chance(0.3) ? ` if ${this.expr(1)}` : ''}:`,
        ...this.block(indent + '    '),
        indent + '    case _:',
        ...this.block(indent + '    '),
      ],
      () => [
        'i = 0',
        indent + `while i < ${1 + r.below(3)}:`,
        indent + '    i += 1',
        ...this.block(indent),
        ...(r.chance(0.3) ? [indent + `    ${r.pick(['break', 'continue'])}`] : []),
      ],
      () => [
        'async def co():',
        indent + `    return ${this.expr(1)}`,
        indent + 'k = co()',
        indent + 'try:',
        indent + '    k.send(None)',
        indent + 'except StopIteration as s:',
        indent + '    out.append(s.value)',
      ],
      () => [
        `@${r.pick(['(lambda f: f)', 'staticmethod', '(lambda f: (lambda *a: f(*a)))'])}`,
        indent + 'def dec(*a):',
        indent + `    return ${this.expr(1)}`,
        indent + 'out.append(dec(1))',
      ],
    ]
    const make = this.depth < 3 && r.chance(0.45) ? r.pick(compound) : r.pick(simple)
    const made = make()
    const [first, ...rest] = Array.isArray(made) ? made : [made]
    return [indent + first, ...rest]
  }

  /** Names bound in a function are locals: statements inside use what is there, and UnboundLocalError is compared as well. */
  inFunction(make) {
    this.scopes.push('function')
    const lines = make()
    this.scopes.pop()
    return lines
  }

  target() {
    return this.r.pick([
      ...NAMES,
      'o.x',
      'o._hidden',
      'o.label',
      'xs[0]',
      'd[-1]',
      '_p["n"]',
      'xs[1:2]',
      'o[1, 2:3]',
    ])
  }

  unpack() {
    return this.r.pick([
      'a, b, c',
      'a, *b',
      '[a, *c]',
      '(a, o.x, d[0])',
      '*b, a',
      'a, (b, *c)',
      '[xs[0], o.y], a',
    ])
  }

  key() {
    return this.r.pick([
      '0',
      '-1',
      '"k"',
      'a',
      '1:2',
      ':',
      '::2',
      '0, 1',
      '1:, 2',
      '...',
      'b:a',
      '*xs',
      '(0)',
    ])
  }

  pattern() {
    return this.r.pick([
      '[x, *rest]',
      '[1, 2, 3]',
      'O(x=q)',
      'O(label="L", x=1 | 2)',
      '{"k": [p, *_], **others}',
      'int() | str()',
      '1',
      '"s"',
      '(1, s)',
      'None',
      'int(n)',
      '[O(), *_]',
      '{"z": 3}',
      '-1 | 2.5',
      '(p, q) as both',
      'o.x',
      'O.label',
    ])
  }

  expr(depth = 3) {
    const { r } = this
    if (depth <= 0)
      return r.pick([
        ...NAMES,
        '1',
        '0',
        '2',
        '"s"',
        'None',
        'True',
        '[]',
        '()',
        '1.5',
        '{}',
        "b'z'",
        'o.x',
        'xs[0]',
      ])
    const e = () => this.expr(depth - 1)
    return r.pick([
      () => e(),
      () => e(),
      () => `${e()} ${r.pick(['+', '-', '%', '//', '|', '&', '^', '/', '@'])} ${e()}`,
      () => `(${e()} * ${r.pick(['2', '3', 'a'])})`,
      () => `${e()} ${r.pick(['<', '==', 'is', 'in', 'not in', '>=', '!=', 'is not'])} ${e()}`,
      () => `(${e()} ${r.pick(['and', 'or'])} ${e()})`,
      () => `(${e()} if ${e()} else ${e()})`,
      () => `(not ${e()})`,
      () => `-${r.pick(NAMES)}`,
      () => `(yes := ${e()})`,
      () => `o.${r.pick(ATTRIBUTES)}`,
      () => `O.label.upper().lower()[0]`,
      () => `o.total(${e()}).real`,
      () => `o.total(*xs, k=${e()}, **{"z": 1})`,
      () => `${r.pick(['d', 'xs', 'o', '"abc"', '_p', '(1, 2)'])}[${this.key()}]`,
      () => `[${e()}, *${r.pick(['xs', '"ab"', 'd'])}]`,
      () => `{**_p, ${r.pick(['"q"', '1'])}: ${e()}}`,
      () => `{*xs, ${r.pick(['1', '"z"'])}}`,
      () => `(*xs, ${e()})`,
      () =>
        `[${e()} for ${r.pick(['i', 'i, j', '(i, *j)'])} in ${r.pick(['[(1, 2)]', 'zip(xs, xs)', '["ab"]'])}]`,
      () => `{i: ${e()} for i in xs if ${e()}}`,
      () => `sorted({str(i) for i in xs})`,
      () => `list(i for i in xs if i != ${e()})`,
      () => `[[j for j in range(i)] for i in xs]`,
      () => `(lambda q, *r, k=${e()}: (q, r, k))(${e()})`,
      () => `f"{ ${e().replaceAll('"', "'")}}"`,
      () => `f"{o.x!r:>{a}}-{xs[0]=}"`,
      () => `f'{o.label:{"<"}5}|{ {1: 2}[1] }'`,
      () => `f"""{o.items[0]
}"""`,
      () => `f'{o.x=}{a!s}'`,
      () => `("{}-{0.x}".format(o) if False else "{0.x}/{1[0]}".format(o, xs))`,
      () => `getattr(o, ${r.pick(['"x"', '"_hidden"', '"none", 1', '"la" + "bel"'])})`,
      () => `type(${r.pick(['xs', 'o', 'a', '_p', '1', 'None'])}).__name__`,
      () => `isinstance(${e()}, ${r.pick(['int', '(str, list)', 'O'])})`,
      () => `len(${e()})`,
      () => `str(${e()})`,
      () => `sum(xs)`,
      () => `(a.\\\n  real)`,
      () => `max(xs, key=lambda v: -v)`,
      () => `"a" 'b'.join(["x", ${r.pick(['"y"', 'c'])}])`,
      () => `1 .real`,
      () => `xs.copy()[${this.key()}]`,
      () => `dict(_p, r=${e()})`,
      () => `(o.items)[0]`,
      () => `~${r.pick(NAMES)}`,
      () => `2 ** -${r.pick(['1', 'a'])}`,
    ])()
  }
}
