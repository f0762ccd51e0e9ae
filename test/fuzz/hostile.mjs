/** Guarded text, mutated, handed straight to the compile guest: what it compiles names nothing a guest may not name. */
import { createChecker } from '../../dist/index.js'
import { Generator } from './generator.mjs'
import { ask, openBare, openGuarded } from './meaning.mjs'

const FRAGMENTS = [
  '.__class__',
  '.gi_frame',
  '.x',
  '[0]',
  '_getattr_',
  "_getattr_(o,'__class__')",
  '_write_(o)',
  '_write_',
  '_getiter_',
  '_apply_',
  '_metaclass_',
  '*',
  '**',
  'super()',
  "_getattr_(super(),'__init__')",
  '__builtins__',
  "'__globals__'",
  ' for i in xs',
  ' if 1 else 2',
  ':=',
  'lambda _getattr_: 0',
  'metaclass=type',
  'import os\n',
  'from os import *\n',
  'global _write_\n',
  'async ',
  'await ',
  'yield ',
  '@',
  'del ',
  'match o:\n case object(__class__=q): pass\n',
  'type X = o.y\n',
  'ʼx',
  '._x',
  '__x',
  "t'{o.x}'",
  "f'{o.x}'",
  'except* E',
  '\r',
  '\\\n',
  '#',
  "b'\\N'",
  '\f',
  "_getattr_(*o,'y')",
  '_getattr_(o,name)',
  '_inplacevar_',
  '_unpack_sequence_(o,{},_getiter_)',
  'with o as o.x: pass\n',
  'for o.x in xs: pass\n',
  'class Q(metaclass=_metaclass_, **o): pass\n',
  '__import__',
  'eval',
  'mro',
  "_getattr_(o,'mro')",
]

const FORBIDDEN =
  /^(gi_|cr_|ag_|tb_|co_)|^__(?!name__$|doc__$|qualname__$)\w+__$|^(mro|f_back|f_globals|f_builtins|f_code|f_locals|with_traceback|cell_contents)$/

/** What a guard's name begins with that reads one attribute, where guards stay calls. */

const SCAN = `
import marshal, dis, types
todo, found = [marshal.loads(code)], []
while todo:
    c = todo.pop()
    todo += [k for k in c.co_consts if isinstance(k, types.CodeType)]
    before = [None, None]
    for i in dis.get_instructions(c):
        of_super = before[1:] == ['CALL 0'] and before[0] in ('LOAD_NAME super', 'LOAD_GLOBAL super')
        if i.opname != 'PUSH_NULL':
            before = [before[1], f'{i.opname} {i.argval}'.removesuffix(' + NULL')]
        if i.opname.startswith(('LOAD_ATTR', 'STORE_ATTR', 'DELETE_ATTR', 'LOAD_SUPER_ATTR', 'IMPORT', 'LOAD_GLOBAL', 'LOAD_NAME', 'STORE_GLOBAL', 'STORE_NAME', 'DELETE_NAME', 'DELETE_GLOBAL')):
            found.append([i.opname + ' of super()' * of_super, str(i.argval), c.co_name])
result = found
`
/** Names the compiler itself stores or reads in class bodies and modules. */
const COMPILERS = new Set([
  '__module__',
  '__qualname__',
  '__firstlineno__',
  '__static_attributes__',
  '__classdict__',
  '__annotate__',
  '__annotate_func__',
  '__conditional_annotations__',
  '__classdictcell__',
  '__type_params__',
  '__class__',
  '__classcell__',
  '__annotations__',
])

export async function hostile() {
  const checker = await createChecker({ modules: 'standard' })
  const [bare, guarded] = [openBare(), openGuarded()]
  return (random) => {
    const rewritten = checker.rewrite(new Generator(random).program())
    if (!rewritten.ok) return { kind: 'refused' }
    let text = rewritten.code
    const edits = 1 + random.below(4)
    for (let i = 0; i < edits; i++) text = mutate(text, random)
    const compiled = ask(guarded, {
      op: 'compile',
      text,
      mode: 'exec',
      filename: '<f>',
      parameters: null,
      value: random.chance(0.5),
      names: [],
      codeBytes: 1 << 25,
    })
    if (compiled.ok === undefined)
      return { kind: 'crashed', finding: `${JSON.stringify(compiled)}\n${text}` }
    if (!compiled.ok) return { kind: compiled.code }
    const scanned = ask(bare, { op: 'exec_raw', code: SCAN, inputs: { code: compiled.code } })
    // A variable may be called `co_x`: only attributes of that name are the interpreter's.
    const bad = scanned.value.filter(
      ([op, name]) =>
        !(/^(gi|cr|ag|tb|co)_/.test(name) && /NAME|GLOBAL/.test(op)) &&
        FORBIDDEN.test(name) &&
        !(COMPILERS.has(name) && !op.includes('ATTR')) &&
        !allowed(op, name),
    )
    return bad.length === 0
      ? { kind: 'compiled' }
      : { kind: 'raw', finding: `${JSON.stringify(bad)}\n${text}` }
  }
}

const DEFINABLE =
  /^__(init|repr|str|eq|len|iter|getitem|setitem|delitem|enter|exit|iadd|hash|call|post_init|slots|match_args|all|version)__$/
const allowed = (op, name) =>
  (op.startsWith('LOAD_SUPER_ATTR') ||
    op === 'LOAD_ATTR of super()' ||
    op.startsWith('STORE_NAME') ||
    op === 'LOAD_NAME') &&
  DEFINABLE.test(name)

function mutate(text, random) {
  const at = random.below(text.length)
  switch (random.below(5)) {
    case 0:
      return text.slice(0, at) + random.pick(FRAGMENTS) + text.slice(at)
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + random.below(12))
    case 2: {
      const guards = [...text.matchAll(/_\w+_\(/g)]
      if (guards.length === 0) return text
      const guard = random.pick(guards)
      return (
        text.slice(0, guard.index) +
        random.pick(['', '(', '_getattr_(', '_getiter_(', 'o.x(', '_write_(', '_apply_(']) +
        text.slice(guard.index + guard[0].length)
      )
    }
    case 3: {
      const strings = [...text.matchAll(/'(\w+)'/g)]
      if (strings.length === 0) return text
      const string = random.pick(strings)
      return (
        text.slice(0, string.index) +
        random.pick([
          "'__class__'",
          "'gi_frame'",
          'a',
          "'_x'",
          "'mro'",
          "b'x'",
          "f'x'",
          "'__init__'",
          "('x')",
          "'x' 'y'",
        ]) +
        text.slice(string.index + string[0].length)
      )
    }
    default: {
      const lines = text.split('\n')
      lines.splice(
        random.below(lines.length),
        0,
        random.pick(lines).trimStart(),
        random.pick(FRAGMENTS),
      )
      return lines.join('\n')
    }
  }
}
