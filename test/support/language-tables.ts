/** Tables of docs/language.md, from the data that check, verifier and guards are driven by. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as language from '../../src/trusted/language/language.js'
import { ROOT } from './cli.js'

type Rows = readonly (readonly string[])[]

const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(' ')

/** The node types of the verifier's table, as they stand in it. */
export function nodeTypes(): string {
  const text = readFileSync(join(ROOT, 'src/trusted/language/verify/residual.py'), 'utf8')
  const listed = text.match(/^for line in """\n([\s\S]*?)^"""/m)![1]!
  return quoted(
    listed
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]!),
  )
}

/** Which special methods a row of the table lists: those that match, and are in no row before. */
const METHODS: readonly (readonly [of: string, pattern: RegExp])[] = [
  ['comparison, and what goes with it', /^__(?:eq|ne|lt|le|gt|ge|hash|bool)__$/],
  ['operators', new RegExp(`^__(?:${operators()})__$`)],
  ['reflected operators', new RegExp(`^__r(?:${operators()})__$`)],
  ['operators in place', new RegExp(`^__i(?:${operators()})__$`)],
  ['numbers', /^__(?:neg|pos|abs|invert|int|float|complex|index|round|trunc|floor|ceil)__$/],
  [
    'containers and iteration',
    /^__(?:len|length_hint|contains|missing|reversed|iter|next|(?:get|set|del)item)__$/,
  ],
  ['calls, `with` and `await`', /^__(?:call|a?enter|a?exit|await|aiter|anext)__$/],
  [
    'attributes and descriptors',
    /^__(?:get|set|delete|set_name|getattr|getattribute|setattr|delattr)__$/,
  ],
  ['all others', /./],
]

function operators(): string {
  return 'add|sub|mul|matmul|truediv|floordiv|mod|divmod|pow|lshift|rshift|and|or|xor'
}

/** Of what the attributes are that a judge looks at, by the judge. */
const JUDGED: Readonly<Record<string, string>> = {
  format: 'strings and formatters',
  obj: 'errors of attributes and names',
  trace: 'tracebacks',
  generator: 'generators and coroutines',
  code: 'code and frames',
  registry: 'classes with a registry, mappings, patterns, caches',
  own: 'what the program or the host made',
  namedtuple: 'named tuples',
  enum: 'enumerations',
  text: 'everything, where it is text',
  new: 'classes: how instances are made',
  setattr: 'everything: how attributes are written',
  lookup: 'everything: how attributes are read',
}

function methodRows(): Rows {
  const listed = new Set<string>()
  return METHODS.map(([of, pattern], index) => {
    const found = language.DEFINABLE_METHODS.filter((one) => pattern.test(one) && !listed.has(one))
    for (const one of found) listed.add(one)
    const use =
      'special methods: defined by a class, and read of `super()`, of classes and of own instances'
    return [index === 0 ? use : '', of, quoted(found)]
  })
}

function judgedRows(): Rows {
  return Object.entries(language.JUDGED_BY).map(([judge, attributes], index) => {
    const of = JUDGED[judge]
    if (of === undefined)
      throw new Error(`nothing says of what the attributes of the judge "${judge}" are`)
    return [
      index === 0 ? 'attributes whose value is judged when it is read' : '',
      of,
      quoted(attributes),
    ]
  })
}

/** [who may do what with them, of what they are, names]: a use that is empty is that of the row before. */
export function names(): Rows {
  const hooks = language.DEFINED_METHODS.filter((one) => !language.DEFINABLE_METHODS.includes(one))
  return [
    ['refused in every role', 'guards', quoted(language.GUARDS)],
    ['read, never bound', 'the interpreter', quoted(language.UNBINDABLE)],
    ['read as plain names', 'modules', quoted(language.READABLE_DUNDER_NAMES)],
    ['assigned at the level of the module', 'modules', quoted(language.MODULE_DUNDERS)],
    ['assigned in a class body, as are special methods', 'classes', quoted(language.CLASS_DUNDERS)],
    ...methodRows(),
    [
      'special methods: defined by a class, and read, where a policy guards dunders, of what defines them itself',
      'hooks, the last of which mean nothing to this Python',
      quoted(hooks),
    ],
    [
      'attributes that are read, with what they yield judged',
      'everything',
      quoted(language.READABLE_DUNDERS),
    ],
    ...judgedRows(),
    [
      "attributes that are read of what the program or the host made, never of the interpreter's objects",
      'all names that begin so',
      quoted(language.JUDGED_ATTRIBUTE_PREFIXES),
    ],
    [
      'attributes that nobody may name',
      'frames, code, classes',
      quoted(language.DENIED_ATTRIBUTES),
    ],
    ['refused in every role', 'everything', 'all other names with double underscores'],
  ]
}

/** What each guard is written for, and what it does when the program runs. */
const GUARDS: Readonly<Record<string, readonly [from: string, to: string, does: string]>> = {
  _getattr_: [
    'a.b',
    "_getattr_(a,'b')",
    'judges the value where the name asks for it; all other reads become plain',
  ],
  _getitem_: ['a[k]', '_getitem_(a,k)', 'nothing'],
  _slice_: ['a[i:j]', '_getitem_(a,_slice_(i,j,None))', 'nothing'],
  _write_: [
    'a.b = v',
    '_write_(a).b = v',
    'refuses to change what the program did not make; for items it does nothing',
  ],
  _getiter_: ['for x in a', 'for x in _getiter_(a)', 'nothing'],
  _unpack_sequence_: [
    'a, b = c',
    "a, b = _unpack_sequence_(c, {'childs': (), 'min_len': 2}, _getiter_)",
    'nothing',
  ],
  _iter_unpack_sequence_: [
    'for a, b in c',
    "for a, b in _iter_unpack_sequence_(c, {'childs': (), 'min_len': 2}, _getiter_)",
    'nothing',
  ],
  _inplacevar_: ['a += b', "a = _inplacevar_('+=', a, b)", 'nothing'],
  _apply_: ['f(*a, **k)', '_apply_(f,*a, **k)', 'nothing'],
  _metaclass_: [
    'class C(B):',
    'class C(B, metaclass=_metaclass_):',
    'judges bases, members and metaclass of the class',
  ],
  _template_: ["t'{a.b}'", "_template_(t'{_getattr_(a,'b')}', ('a.b',))", 'nothing'],
  _import_: ['', '', 'reserved: never written'],
  _print_: ['', '', 'reserved: never written'],
}

/** [guard, source, guarded text, what it guards at run time] */
export function guards(): Rows {
  return language.GUARDS.map((name) => {
    const [from, to, does] = GUARDS[name]!
    return [`\`${name}\``, from && `\`${from}\``, to && `\`${to}\``, does]
  })
}

const PYTHON = 'nobody: Python refuses it too'
const WAY_OUT = 'the policy: it leads to modules and builtins that are not granted'
const MISREAD = 'the reader: it would not run as it reads'
const DISAGREE =
  'the reader, and the checker: they would read another program than the one that runs'
const TIME = "the host's time and memory"
/** Whom each refusal protects. */
const HARMS: Readonly<Record<string, string>> = {
  PR001: PYTHON,
  PR002: PYTHON,
  PR003: DISAGREE,
  PR004: DISAGREE,
  PR005: 'the reader: two names that look alike would be two',
  PR006: 'the reader: the text is shown in another order than it runs',
  PR007: PYTHON,
  PR008: DISAGREE,
  PR009: PYTHON,
  PR010: PYTHON,
  PR011: PYTHON,
  PR012: `${PYTHON}; or ${DISAGREE}`,
  PR013: `${PYTHON}; or ${DISAGREE}`,
  PR014: PYTHON,
  PR015: PYTHON,
  PR016: PYTHON,
  PR017: PYTHON,
  PR018: 'the policy: what nobody has judged',
  PR019: PYTHON,
  PR020: DISAGREE,
  PR021: TIME,
  PR102: 'the host, which asked for an expression',
  PR110: MISREAD,
  PR111: PYTHON,
  PR112: PYTHON,
  PR113: PYTHON,
  PR130: PYTHON,
  PR131: PYTHON,
  PR132: PYTHON,
  PR133: PYTHON,
  PR134: PYTHON,
  PR135: PYTHON,
  PR201: 'the policy: who binds a guard replaces it',
  PR202: 'the policy: who spells the mark spells private names of the sandbox',
  PR203: WAY_OUT,
  PR204: WAY_OUT,
  PR205: WAY_OUT,
  PR206: WAY_OUT,
  PR207: 'the policy: reads of `super()` are judged by that name',
  PR208: WAY_OUT,
  PR209: 'nobody: Python raises NameError when it runs; the host asked to be told',
  PR210: WAY_OUT,
  PR211: WAY_OUT,
  PR212: 'the policy: the statement would read what must be judged',
  PR301: 'the policy, which does not grant it',
  PR302: 'the policy, which does not grant it',
  PR303:
    'the reader, and the checker: which names it binds cannot be seen, where nobody knows them',
  PR304: 'nobody: there is no package to start from',
  PR305: 'the writer: there is no such feature, or it changes how text is read',
  PR401: 'the policy: such hooks run within the work of the interpreter and of the library',
  PR402: 'the policy: a metaclass decides what a class is, after its members were judged',
  PR403:
    'the policy: guards and C code look names up by equality, and would be told that one name is another',
  PR405: WAY_OUT,
  PR406: 'the policy: the interpreter and its library would take them for their own',
  PR500: TIME,
  PR501: `${TIME}: CPython's own compiler would run out of stack`,
  PR502: `${TIME}: CPython's own compiler would run out of stack`,
  PR503: TIME,
  PR900: 'the policy: the program that would run is none of the language',
  PR901: PYTHON,
  PR902: `${TIME}; or the compiler, which others use too: that of CPython writes past the end of an array`,
}

/** [rule, what it refuses, whom that would harm] */
export function refusals(): Rows {
  const found = readdirSync(join(ROOT, 'grammar-rules'))
    // Those of PR6 are advice about what is accepted.
    .filter((file) => /^PR[0-59]/.test(file))
    .sort()
    .map((file) => {
      const rule = file.slice(0, 5)
      const header = readFileSync(join(ROOT, 'grammar-rules', file), 'utf8')
      const paragraph = header.match(/^; ## Denies\n([\s\S]*?)^;$/m)![1]!
      const told = paragraph.replace(/^; /gm, '').replaceAll('\n', ' ').trim()
      const harms = HARMS[rule]
      if (harms === undefined)
        throw new Error(
          `${rule}: whom does it protect? HARMS in test/support/language-tables.ts is to say it`,
        )
      return [`\`${rule}\``, told, harms] as const
    })
  const gone = Object.keys(HARMS).filter((rule) => !found.some(([code]) => code === `\`${rule}\``))
  if (gone.length > 0) throw new Error(`there is no rule ${gone.join(', ')}`)
  return found
}
