"""`inspect` for guests: what the program made. Of functions of the library nothing is told: their defaults lead to its objects.

Signatures are made by a copy of CPython's own module, so that whoever is not a guest keeps the other.
"""

from ..sealed import __builtins__
import inspect
from importlib.util import find_spec, module_from_spec
from types import BuiltinFunctionType, MethodDescriptorType, MethodType

from ..built_in import BuiltIn
from ..code_objects import currentframe
from ..guest.own import is_module
from ..guest.sources import source_of
from ..names import unmark
from ..ownership import function_of, is_class, own, own_function

_spec = find_spec('inspect')
_copy = module_from_spec(_spec)  # pyright: ignore[reportArgumentType]
_spec.loader.exec_module(_copy)  # pyright: ignore[reportOptionalMemberAccess]
_make = _copy.Signature.from_callable
_BUILT_IN = BuiltinFunctionType, MethodDescriptorType


def _is_made(function):
    """`dataclass` and `namedtuple` make functions whose globals are a module of the program's, or one for each."""
    name = function.__globals__.get('__name__', '')
    return own_function(function) or is_module(name) or name.startswith('namedtuple_')


def _from_callable(
    cls, obj, *, follow_wrapped=True, globals=None, locals=None, eval_str=False, **options
):
    if eval_str or options:
        raise TypeError('signature() evaluates no text here')
    if not callable(obj):
        raise TypeError(f'{obj!r} is not a callable object')
    if type(obj) is BuiltIn and obj._real is not None:
        obj = obj._real
    told = _make(obj, follow_wrapped=bool(follow_wrapped))
    return told.replace(
        parameters=[each.replace(name=unmark(each.name)) for each in told.parameters.values()]
    )


def _from_function(cls, func, *args, **options):
    """Whatever led to the function: a chain of `__wrapped__`, a partial method, the class of an instance."""
    if not inspect.isfunction(func) or not _is_made(func):
        name = getattr(func, '__qualname__', type(func).__name__)
        raise ValueError(f'no signature found for {name!r}: the program did not make it')
    return _read_function(cls, func, *args, **options)


def _from_text(cls, obj, text, skip_bound_arg=True):
    """CPython's own classes and functions have their signatures in their docstrings. A program's has none there: `C(x=os.name)` would be evaluated
    among all modules."""
    if type(obj) not in _BUILT_IN and (not is_class(obj) or own(obj)):
        raise ValueError(f'no signature found for {obj!r}: the program did not make it')
    return _read_text(cls, obj, text, skip_bound_arg)


_copy.Signature.from_callable = classmethod(_from_callable)
_read_function, _copy._signature_from_function = _copy._signature_from_function, _from_function
_read_text, _copy._signature_fromstr = _copy._signature_fromstr, _from_text


def signature(obj, *, follow_wrapped=True, globals=None, locals=None, eval_str=False):
    """The parameters of a function, method or class of the program's, with their defaults and annotations."""
    return _copy.Signature.from_callable(obj, follow_wrapped=follow_wrapped, eval_str=eval_str)


def getfullargspec(func):
    """The same as a tuple of names, defaults and annotations, of a function itself and not of what it wraps."""
    if not own_function(function_of(func) if type(func) is MethodType else func):
        raise TypeError('unsupported callable')
    return _copy.getfullargspec(func)


def _lines_from(obj):
    """The lines of a text from a function or class of the program's on, and the number of the first."""
    if type(obj) is MethodType:
        obj = function_of(obj)
    if own_function(obj):
        source, first = source_of(obj.__code__.co_filename), obj.__code__.co_firstlineno
    elif is_class(obj) and own(obj):
        made = [each for each in vars(obj).values() if own_function(each)]
        source = source_of(made[0].__code__.co_filename) if made else None
        first = vars(obj).get('__firstlineno__', 0)
    else:
        raise TypeError(f'{obj!r} is no function or class of the program')
    if source is None or type(first) is not int or first < 1:
        raise OSError('could not get source code')
    return source.lines(first), first + source.before


_COPIED = """BoundArguments Parameter Signature getasyncgenstate getcoroutinestate getgeneratorstate isdatadescriptor
    isgetsetdescriptor ismemberdescriptor ismethoddescriptor ismethodwrapper GEN_CLOSED GEN_CREATED GEN_RUNNING GEN_SUSPENDED
    CORO_CLOSED CORO_CREATED CORO_RUNNING CORO_SUSPENDED""".split()
NAMES = (
    {name: getattr(_copy, name) for name in _COPIED}
    | {'_block': _copy.getblock}
    | {
        each.__name__: each
        for each in (
            signature,
            getfullargspec,
            currentframe,
            _lines_from,
        )
    }
)
