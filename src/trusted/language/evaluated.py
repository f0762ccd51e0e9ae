"""`eval`, `exec` and `compile` of text, for runs whose policy grants them (`evaluate: true`).

No text is compiled here. It is a question to the host, who has it checked, verified and compiled apart, under the policy of this run;
what comes back is scanned as the program's own code was. Text that is refused raises SyntaxError with the first diagnostic.

Where it runs. Without dicts, and with those of `globals()` and `locals()`, in the namespace that it is called in: of a function a
snapshot, as in CPython. With other dicts over those (spaces.py). `__builtins__` in such a dict is what CPython puts there to be
seen; a program's own in its place can take names away, and give no others than what the program has anyway.
"""

from .sealed import __builtins__
import marshal
import sys
from types import CodeType

from . import namespaces
from .code_objects import Code, code_object, text_code
from .guest.own import module_of
from .guest.questions import questions
from .guest.texts import filename_of, refusal, text_of
from .language import GUARDS, PRIVATE_MARK
from .namespaces import Namespace
from .spellings import stored_variable
from .ownership import mro_of
from .scan import scan
from .spaces import VIEWS, Globals, make_globals, make_locals, reserved

_eval, _exec = eval, exec
_NAME = '<string>'
# Texts that are kept compiled, and their characters.
_MOST_KEPT, _MOST_CHARACTERS = 1_000, 4_000_000
_OPTIMIZED = 0x1
_FLAGS = 'compile() takes no flags here'


class _Globals:
    """What `ʼglobals()` is: writes global names where `global` says so."""

    __slots__ = ('_space',)

    def __setitem__(self, name, value):
        self.put(name, value)

    def __delitem__(self, name):
        try:
            del self._space[stored_variable(name)]
        except KeyError:
            raise NameError(f'name {name!r} is not defined', name=name) from None

    def put(self, name, value):
        self._space[_stored(name, value)] = value
        return value

    def take(self, name):
        if type(self._space) is Globals:
            self._space.take(stored_variable(name))


def _stored(name, value):
    """The name of a global that a statement writes; also `__name__`, which classes say they are of: no module of the library."""
    if name != '__name__':
        return stored_variable(name)
    if type(value) is not str or module_of(value) != value:
        raise ValueError(
            f'__name__ is a text here that names no module of the library, not {value!r}'
        )
    return name


def written_globals():
    """`ʼglobals()`"""
    made = _Globals()
    made._space = sys._getframe(1).f_globals
    return made


def _named(code, filename):
    """The code, and all within, under another file's name."""
    held = [_named(each, filename) if type(each) is CodeType else each for each in code.co_consts]
    return code.replace(co_filename=filename, co_consts=tuple(held))


class _Texts:
    """The texts that a run has had compiled."""

    def __init__(self):
        self.kept, self.characters = {}, 0

    def compiled(self, text, mode, filename):
        key = text, mode, filename
        if (code := self.kept.get(key)) is not None:
            return code
        told = questions.ask('evaluate', mode, (text,))
        if 'refused' in told:
            raise refusal(told['refused'], told['omitted'], text, filename)
        code = marshal.loads(told['code'])
        scan(code)
        questions.texts.add(filename)
        if filename != _NAME:
            code = _named(code, filename)
        self.characters += len(text) + len(filename)
        if len(self.kept) == _MOST_KEPT or self.characters > _MOST_CHARACTERS:
            self.kept, self.characters = {}, len(text) + len(filename)
        self.kept[key] = code
        return code


def _is_mapping(x):
    return any(['__getitem__' in cls.__dict__ for cls in mro_of(type(x))])


def _real(space):
    """The namespace that `globals()` or `locals()` at the level of a module stands for; None for any other."""
    if type(space) is Namespace and namespaces.is_of_variables(space):
        return namespaces.real(space)
    return None


def _no_import(name, globals=None, locals=None, fromlist=None, level=0):
    """`__import__` where the program's own builtins have none; the interpreter's C code (imports.py) is let pass."""
    if type(fromlist) is not list:
        raise ImportError('__import__ not found')


class _Evaluation:
    """Where the text of one run is evaluated."""

    def __init__(self, run):
        self.run = run
        # What a program sees as `__builtins__` of its dicts.
        self.shown = {
            name: value
            for name, value in run.builtins.items()
            if not reserved(name) and name[:2] != '__'
        }

    def builtins(self, given):
        if type(given) is Namespace:
            return self.run.builtins
        held = dict.get(given, '__builtins__', self.shown)
        if held is self.shown:
            dict.__setitem__(given, '__builtins__', held)
            return self.run.builtins
        if dict not in mro_of(type(held)):
            raise TypeError('__builtins__ of the globals must be a dict')
        ours = {
            name: value
            for name, value in self.run.builtins.items()
            if name in GUARDS or name[:1] == PRIVATE_MARK
        }
        ours['__import__'] = _no_import
        return ours | {name: value for name, value in dict(held).items() if not reserved(name)}

    def spaces(self, function, given, held, frame):
        """Globals and locals, as the interpreter is to have them."""
        if given is None:
            space = frame.f_globals
            if held is None:
                return space, _locals_of(frame)
        elif dict not in mro_of(type(given)):
            if function == 'eval' and _is_mapping(given):
                raise TypeError('globals must be a real dict; try eval(code, {}, mapping)')
            raise TypeError(f'{function}() globals must be a dict, not {type(given).__name__}')
        else:
            space = _real(given)
            if space is None:
                space = make_globals(given, self.builtins(given))
        if held is None or held is given or _real(held) is space:
            return space, space
        if not _is_mapping(held):
            raise TypeError(f'{function}() locals must be a mapping, not {type(held).__name__}')
        return space, make_locals(held, space)


def _locals_of(frame):
    """What text without dicts has for locals: of a module its names, of a class body its members, of a function a snapshot."""
    space, held = frame.f_globals, frame.f_locals
    if held is space or type(held) in VIEWS:
        return held
    if not frame.f_code.co_flags & _OPTIMIZED and type(held) is dict:
        return make_locals(namespaces.members(held), space)
    return make_locals(namespaces.shown(held), space)


def make_evaluators(run):
    """The three functions, for one run."""
    texts, evaluation = _Texts(), _Evaluation(run)

    def code_of(source, function):
        if type(source) is Code:
            return text_code(source)
        text = text_of(source, function, 'code')
        return texts.compiled(text, function, _NAME)

    def eval(source, /, globals=None, locals=None):
        """The value of an expression's text, or of what `compile` made of one."""
        spaces = evaluation.spaces('eval', globals, locals, namespaces.frame_of_guest())
        return _eval(code_of(source, 'eval'), *spaces)  # pyright: ignore[reportArgumentType]

    def exec(source, /, globals=None, locals=None, *, closure=None):
        """Executes a program's text, or what `compile` made of one."""
        if closure is not None:
            raise TypeError('closure can only be used when source is a code object')
        spaces = evaluation.spaces('exec', globals, locals, namespaces.frame_of_guest())
        _exec(code_of(source, 'exec'), *spaces)  # pyright: ignore[reportArgumentType]

    def compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1):
        """Compiles text to what `eval` and `exec` take."""
        if type(mode) is not str or mode not in ('exec', 'eval', 'single'):
            raise ValueError("compile() mode must be 'exec', 'eval' or 'single'")
        if type(flags) is not int or flags != 0:
            raise ValueError(_FLAGS)
        if type(optimize) is not int or optimize not in (-1, 0):
            raise ValueError('compile(): invalid optimize value: only -1 and 0 are available here')
        name = filename_of(filename)
        return code_object(texts.compiled(text_of(source, 'compile', 'AST'), mode, name), True)

    return {'eval': eval, 'exec': exec, 'compile': compile}
