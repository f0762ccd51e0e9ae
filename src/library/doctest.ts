/**
 * `doctest`: examples are texts, which the program has evaluated as its own `exec` does (`evaluate: true`); where it may not, none is
 * tried, and the result says so. A debugger, colours and what is imported by name are left out.
 */
import { RUNNER } from './doctest-runner.js'
import type { Edit, Part } from './texts.js'

const UTILITIES: readonly Edit[] = [
  ["__docformat__ = 'reStructuredText en'\n", ''],
  ['import __future__\n', ''],
  ['import linecache\nimport os\nimport pdb\n', ''],
  [
    'import unittest\nfrom io import StringIO, IncrementalNewlineDecoder\n',
    'import contextlib\nfrom io import StringIO\n',
  ],
  ['import _colorize  # Used in doctests\nfrom _colorize import ANSIColors, can_colorize\n', ''],
  ['__unittest = True\n', ''],
  [
    `    excout = StringIO()
    exc_type, exc_val, exc_tb = exc_info
    traceback.print_exception(exc_type, exc_val, exc_tb, file=excout)
    return excout.getvalue()
`,
    `    lines = traceback.format_exception(exc_info[1])
    return ''.join([line for line in lines if not line.startswith('  File "doctest.py", ')])
`,
  ],
  [
    `# Override some StringIO methods.
class _SpoofOut(StringIO):
`,
    `class Program:
    """The program as a module whose examples are tried."""

    def __init__(self):
        self.names = program()
        self.file = sys.argv[0]


def is_module(found):
    return isinstance(found, Program) or type(found) is type(sys)


def name_of(module):
    return '__main__' if isinstance(module, Program) else module.__name__


def names_of(module):
    return module.names if isinstance(module, Program) else vars(module)


def doc_of(found):
    return found.names.get('__doc__') if isinstance(found, Program) else found.__doc__


def module_of(found):
    """The name of the module that a function or class says it is of; None where nothing says it."""
    if isinstance(found, Program) or is_module(found):
        return name_of(found)
    try:
        return found.__module__
    except AttributeError:
        return None


def unwrapped(function):
    """What a decorator of the program's was given."""
    for _ in range(100):
        try:
            function = function.__wrapped__
        except AttributeError:
            break
    return function


# Override some StringIO methods.
class _SpoofOut(StringIO):
`,
  ],
]

const FINDER: readonly Edit[] = [
  [
    `        # Find the module that contains the given object (if obj is
        # a module, then module=obj.).  Note: this may fail, in which
        # case module will be None.
        if module is False:
            module = None
        elif module is None:
            module = inspect.getmodule(obj)
`,
    `        if module is False:
            module = None
        elif module is None:
            module = obj if is_module(obj) else Program()
`,
  ],
  [
    "name = getattr(obj, '__name__', None)",
    "name = name_of(obj) if is_module(obj) else getattr(obj, '__name__', None)",
  ],
  ['                if obj.__doc__ is None:', '                if doc_of(obj) is None:'],
  [
    '                    docstring = obj.__doc__\n',
    '                    docstring = doc_of(obj)\n',
  ],
  [
    "        docstring = getattr(obj, '__doc__', None)\n",
    "        docstring = doc_of(obj) if is_module(obj) else getattr(obj, '__doc__', None)\n",
  ],
  // Methods that a decorator of the library has made say nothing of their module.
  [
    '                      isinstance(val, property)) and\n                      self._from_module(module, val)):',
    "                      isinstance(val, property)) and\n                      (self._from_module(module, val) or valname[:2] == '__' and valname != '__replace__' and inspect.isfunction(val))):",
  ],
  ['globs = module.__dict__.copy()', 'globs = names_of(module).copy()'],
  [
    '        elif inspect.getmodule(object) is not None:\n            return module is inspect.getmodule(object)\n',
    '        elif module_of(object) is not None:\n            return name_of(module) == module_of(object)\n',
  ],
  ['            return module.__dict__ is object.__globals__\n', '            return False\n'],
  [
    `        elif (inspect.ismethoddescriptor(object) or
              inspect.ismethodwrapper(object)):
            if hasattr(object, '__objclass__'):
                obj_mod = object.__objclass__.__module__
            elif hasattr(object, '__module__'):
                obj_mod = object.__module__
            else:
                return True # [XX] no easy way to tell otherwise
            return module.__name__ == obj_mod
        elif inspect.isclass(object):
            return module.__name__ == object.__module__
        elif hasattr(object, '__module__'):
            return module.__name__ == object.__module__
`,
    `        elif inspect.isroutine(object) or inspect.isclass(object):
            return False
`,
  ],
  [
    `        maybe_routine = obj
        try:
            maybe_routine = inspect.unwrap(maybe_routine)
        except ValueError:
            pass
        return inspect.isroutine(maybe_routine)
`,
    '        return inspect.isroutine(unwrapped(obj))\n',
  ],
  ['inspect.ismodule(obj)', 'is_module(obj)'],
  ['inspect.ismodule(val)', 'is_module(val)'],
  [
    '            for valname, val in obj.__dict__.items():\n                valname =',
    '            for valname, val in names_of(obj).items():\n                valname =',
  ],
  ["getattr(obj, '__test__', {}).items()", "names_of(obj).get('__test__', {}).items()"],
  [
    `            for valname, val in obj.__dict__.items():
                # Special handling for staticmethod/classmethod.
                if isinstance(val, (staticmethod, classmethod)):
                    val = val.__func__
`,
    `            for valname, val in vars(obj).items():
                if isinstance(val, (staticmethod, classmethod)):
                    val = function_of(val)
`,
  ],
  [
    `            # __file__ can be None for namespace packages.
            filename = getattr(module, '__file__', None) or module.__name__
            if filename[-4:] == ".pyc":
                filename = filename[:-1]
`,
    '            filename = module.file if isinstance(module, Program) else name_of(module)\n',
  ],
  [
    `            obj = inspect.unwrap(obj)
            try:
                obj = obj.__code__
            except AttributeError:
                # Functions implemented in C don't necessarily
                # have a __code__ attribute.
                # If there's no code, there's no lineno
                return None
        if inspect.istraceback(obj): obj = obj.tb_frame
        if inspect.isframe(obj): obj = obj.f_code
        if inspect.iscode(obj):
            lineno = obj.co_firstlineno - 1
`,
    `            lineno = first_line(unwrapped(obj))
            if lineno is None:
                return None
            lineno -= 1
`,
  ],
]

/** Where the source of what is tested would be looked for. */
const SOURCE: readonly Edit[] = [
  [
    `        try:
            file = inspect.getsourcefile(obj)
        except TypeError:
            source_lines = None
        else:
            if not file:
                # Check to see if it's one of our special internal "files"
                # (see __patched_linecache_getlines).
                file = inspect.getfile(obj)
                if not file[0]+file[-2:] == '<]>': file = None
            if file is None:
                source_lines = None
            else:
                if module is not None:
                    # Supply the module globals in case the module was
                    # originally loaded via a PEP 302 loader and
                    # file is not a valid filesystem path
                    source_lines = linecache.getlines(file, module.__dict__)
                else:
                    # No access to a loader, so assume it's a normal
                    # filesystem path
                    source_lines = linecache.getlines(file)
                if not source_lines:
                    source_lines = None
`,
    '        source_lines = None\n',
  ],
]

const FUNCTIONS: readonly Edit[] = [
  [
    `        # DWA - m will still be None if this wasn't invoked from the command
        # line, in which case the following TypeError is about as good an error
        # as we should expect
        m = sys.modules.get('__main__')
`,
    '        m = Program()\n',
  ],
  ['    if not inspect.ismodule(m):\n', '    if not is_module(m):\n'],
  ['        name = m.__name__\n\n    # Find', '        name = name_of(m)\n\n    # Find'],
]

/** What is left out, from one line up to another: files that are tested, and what imports or debugs. */
const CUTS = [
  ['def _extract_future_flags(globs):', 'def _indent(s, indent=4):'],
  [
    'class _OutputRedirectingPdb(pdb.Pdb):',
    '######################################################################\n## 2.',
  ],
  ['def testfile(filename,', 'def run_docstring_examples(f'],
  ['######################################################################\n## 7.', undefined],
] as const

/** Its parts. */
export const DOCTEST: readonly Part[] = [
  {
    file: 'doctest.py',
    cuts: CUTS,
    edits: [...UTILITIES, ...FINDER, ...SOURCE, ...RUNNER, ...FUNCTIONS],
  },
]
