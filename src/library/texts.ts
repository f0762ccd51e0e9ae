/**
 * Modules of the standard library that guests have as guest code: CPython's own text, with the few places changed that leave
 * the restricted language, checked and rewritten as any guest's source is. What such a module does, a program could do
 * itself: nothing of it is trusted.
 *
 * Of a module that is guest code in part, the text begins with the module's other names, and with what its file of
 * `src/trusted/language/facets/` has under private names.
 *
 * Where an edit names a function that Python has none of, `src/guest/library.py` gives it: `caller(level)`, the file, line
 * and function of a frame of the program's; `program()`, its global names; `first_line(f)`, where one of its functions begins;
 * `can_evaluate`, whether it may have text evaluated; `xml_reader(encoding)`, what reads a document.
 */
import { readFileSync } from 'node:fs'
import { libraryFile } from './archive.js'
import { COPY } from './copy.js'
import { DOCTEST } from './doctest.js'
import { FUTURES } from './futures.js'
import { GZIP } from './gzip.js'
import { HANDLERS, LOGGING } from './logging.js'
import { MIMETYPES } from './mimetypes.js'
import { OPERATOR } from './operator.js'
import { COPYREG, PICKLE } from './pickle.js'
import { PPRINT } from './pprint.js'
import { SIGNAL } from './signal.js'
import { TIMEIT } from './timeit.js'
import { UNITTEST } from './unittest.js'
import { ELEMENT_TREE } from './xml.js'

/** What is found, and what stands there instead. Each is found once at least: another version of CPython ends the build. */
export type Edit = readonly [find: string, replace: string]

/** Text that is left out, before anything is edited: from what begins it up to what follows it; undefined is the end. */
export type Cut = readonly [from: string, to: string | undefined]

/** A part of a module's text: a file of the library with cuts and edits, a file of this folder, or text. */
export type Part =
  | {
      readonly file: string
      readonly cuts?: readonly Cut[]
      readonly edits: readonly Edit[]
    }
  | { readonly ours: string }
  | string

const GETTEXT: Edit = [
  'from gettext import gettext as _, ngettext',
  'def _(text): return text\ndef ngettext(one, many, n): return one if n == 1 else many',
]

const ARGPARSE: readonly Edit[] = [
  ['import os as _os\n', ''],
  GETTEXT,
  [
    '            import shutil\n            width = shutil.get_terminal_size().columns',
    '            width = 80',
  ],
  [
    `        from _colorize import can_colorize, decolor, get_theme

        if color and can_colorize():
            self._theme = get_theme(force_color=True).argparse
            self._decolor = decolor
        else:
            self._theme = get_theme(force_no_color=True).argparse
            self._decolor = lambda text: text
`,
    `        self._theme = _NoTheme()
        self._decolor = lambda text: text
`,
  ],
  [
    'class HelpFormatter(object):',
    `class _NoTheme:
    def __getattr__(self, name):
        return ''


class HelpFormatter(object):`,
  ],
  [
    `    try:
        modspec = _sys.modules['__main__'].__spec__
    except (KeyError, AttributeError):
        # possibly PYTHONSTARTUP or -X presite or other weird edge case
        # no good answer here, so fall back to the default
        modspec = None
    if modspec is None:
        # simple script
        return _os.path.basename(arg0)
    py = _os.path.basename(_sys.executable)
    if modspec.name != '__main__':
        # imported module or package
        modname = modspec.name.removesuffix('.__main__')
        return f'{py} -m {modname}'
    # directory or ZIP file
    return f'{py} {arg0}'
`,
    "    return arg0.rpartition('/')[2]\n",
  ],
]

const OPTPARSE: readonly Edit[] = [
  ['import sys, os\n', 'import sys\n'],
  GETTEXT,
  ["int(os.environ['COLUMNS'])", '80'],
  [
    '        __import__(modname)\n        mod = sys.modules[modname]\n',
    '        mod = program()\n',
  ],
  ['        self._update(vars(mod), mode)', '        self._update(mod, mode)'],
  [
    '        exec(open(filename).read(), vars)\n',
    "        raise NotImplementedError('there is no exec here')\n",
  ],
  ['return os.path.basename(sys.argv[0])', "return sys.argv[0].rpartition('/')[2]"],
]

const SHLEX: readonly Edit[] = [
  ['        import os.path\n', ''],
  ['not os.path.isabs(newfile)', "newfile[:1] != '/'"],
  [
    'os.path.join(os.path.dirname(self.infile), newfile)',
    "self.infile.rpartition('/')[0] + '/' + newfile",
  ],
]

const GETOPT: readonly Edit[] = [
  ['import os\nfrom gettext import gettext as _\n', 'def _(text): return text\n'],
  ['    elif os.environ.get("POSIXLY_CORRECT"):\n        all_options_first = True\n', ''],
]

const STRING: readonly Edit[] = [
  ['import _string\n', ''],
  ['_string.formatter_field_name_split', 'field_name_split'],
  ['_string.formatter_parser', 'formatter_parser'],
  ['obj = getattr(obj, i)', 'obj = read_field(obj, i)'],
]

const MARKUP: Part = { file: '_markupbase.py', edits: [] }
const HTML: readonly Edit[] = [
  ['import _markupbase\n', ''],
  ['_markupbase.ParserBase', 'ParserBase'],
]

/** Docstrings of fields of a named tuple, which are the library's. */
const SCHED: readonly Edit[] = ['time', 'priority', 'sequence', 'action', 'argument', 'kwargs'].map(
  (field) => [`Event.${field}.__doc__ = `, ''],
)

/** Module → the parts of its text, in their order. */
export const LIBRARY: Readonly<Record<string, readonly Part[]>> = {
  _thread: [{ ours: '_thread.py' }],
  argparse: [{ file: 'argparse.py', edits: ARGPARSE }],
  calendar: [{ ours: 'calendar.py' }],
  'concurrent.futures': FUTURES,
  contextlib: [{ ours: 'contextlib.py' }],
  copy: COPY,
  copyreg: COPYREG,
  dataclasses: [{ ours: 'dataclasses.py' }],
  doctest: DOCTEST,
  functools: [{ ours: 'functools.py' }],
  getopt: [{ file: 'getopt.py', edits: GETOPT }],
  gzip: GZIP,
  importlib: [{ ours: 'importlib.py' }],
  'html.parser': [MARKUP, { file: 'html/parser.py', edits: HTML }],
  inspect: [{ ours: 'inspect.py' }],
  logging: [{ file: 'logging/__init__.py', edits: LOGGING }],
  'logging.handlers': [HANDLERS],
  mimetypes: MIMETYPES,
  operator: OPERATOR,
  optparse: [{ file: 'optparse.py', edits: OPTPARSE }],
  pickle: PICKLE,
  pprint: PPRINT,
  queue: [{ ours: 'queue.py' }],
  sched: [{ file: 'sched.py', edits: SCHED }],
  shlex: [{ file: 'shlex.py', edits: SHLEX }],
  signal: SIGNAL,
  string: [{ file: 'string/__init__.py', edits: STRING }],
  threading: [{ ours: 'threading.py' }],
  time: [{ ours: 'time.py' }],
  timeit: TIMEIT,
  traceback: [{ ours: 'traceback.py' }],
  types: [{ ours: 'types.py' }],
  typing: [{ ours: 'typing.py' }],
  unittest: UNITTEST,
  warnings: [{ ours: 'warnings.py' }],
  'xml.etree.ElementTree': ELEMENT_TREE,
}

/** The text of one module. @throws Error where an edit finds nothing. */
export function libraryText(module: string): string {
  return LIBRARY[module]!.map(textOf).join('\n')
}

function textOf(part: Part): string {
  if (typeof part === 'string') return part
  if ('ours' in part)
    return readFileSync(new URL(`../../src/library/${part.ours}`, import.meta.url), 'utf8')
  const { file, cuts = [], edits } = part
  let text = libraryFile(file)
  for (const [from, to] of cuts) {
    const start = text.indexOf(from)
    const end = to === undefined ? text.length : text.indexOf(to, start)
    if (start < 0 || end < 0) throw new Error(`${file} has no part from ${JSON.stringify(from)}`)
    text = text.slice(0, start) + text.slice(end)
  }
  for (const [find, replace] of edits) {
    if (!text.includes(find)) throw new Error(`${file} has no place like ${JSON.stringify(find)}`)
    text = text.replaceAll(find, () => replace)
  }
  return text
}
