"""What a guest may see of the objects of trusted modules: which cross at all, and of each the attributes and operators shown.

Public attributes are shown, and the operators that the object's class defines; where the exposure lists them, those alone.
A view says so of all instances of a class, or of one object that was exposed with a list of its own. A class, and a function
that leads to a module, cross only when they were exposed. serving.py asks here before it does anything.
"""

from .sealed import __builtins__
from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodType,
    MethodWrapperType,
)

from .crossing import CLASSES, NEVER, Unexposed
from .names import denied, judged
from .operators import OPERATORS

FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType, MethodWrapperType)
# Modules of classes whose instances show no attributes: functions, generators, and what keeps the arguments of a call.
CLOSED = frozenset({'builtins', 'functools', 'contextlib'})
SPECIALS = frozenset().union(*OPERATORS.values())

_type, _getattr, _isinstance = type, getattr, isinstance

# The trusted modules, by name; the files that their code says it is of.
modules, files = {}, set()


class View:
    """What is shown of objects: of all instances of a class, or of one object that was exposed with a list of its own."""

    # `judged` are names found to be shown, `plain` those of them that are read by `getattr` and nothing more.
    __slots__ = ('kind', 'target', 'index', 'reads', 'writes', 'specials', 'judged', 'plain')


class Views:
    """Every view there is; the guest names them by their index."""

    def __init__(self):
        self.all, self.of_class, self.of_value = [], {}, {}
        self.exposed, self.exceptions = {}, {}

    def add(self, value, kind, reads=None, writes=(), listed=None):
        view = View()
        view.kind, view.target, view.index = kind, value, len(self.all)
        view.reads, view.writes, view.judged, view.plain = reads, frozenset(writes), set(), set()
        view.specials = _specials(value, kind, listed)
        self.all.append(view)
        return view

    def expose(self, value, listing):
        """`listing` is '*', a list of attributes and operators, or {'read': as these, 'write': attributes}."""
        if _isinstance(value, _type):
            self.exposed[id(value)] = value
            if issubclass(value, BaseException):
                self.exceptions[id(value)] = value
        elif _type(value) in FUNCTIONS:
            self.exposed[id(value)] = value
        if listing == '*' or _type(value) in FUNCTIONS:
            return
        read, write = (
            (listing['read'], listing['write']) if _type(listing) is dict else (listing, ())
        )
        if read == '*':
            reads = listed = None
        else:
            reads = frozenset(name for name in read if name not in OPERATORS)
            listed = frozenset().union(*[OPERATORS[name] for name in read if name in OPERATORS])
        view = self.add(value, _type(value), reads, write, listed)
        # The value is kept by the view: its address stays its own.
        self.of_value[id(value)] = view

    def view(self, value):
        """The view of `value`. Raises Unexposed for what does not cross."""
        kind = _type(value)
        if (view := self.of_value.get(id(value))) is not None:
            return view
        if (view := self.of_class.get(kind)) is not None:
            return view
        if _isinstance(value, _type):
            if id(value) not in self.exposed:
                raise Unexposed('a class nobody exposed does not cross to a guest')
            view = self.of_value[id(value)] = self.add(value, kind)
            return view
        if kind is BuiltinFunctionType or kind is MethodWrapperType:
            holder = value.__self__
            if _isinstance(holder, (NEVER[0], _type)) and id(value) not in self.exposed:
                raise Unexposed('a function nobody exposed does not cross to a guest')
            return self.of_value.get('function') or self.of_value.setdefault(
                'function', self.add(None, kind)
            )
        view = self.of_class[kind] = self.add(None, kind)
        return view


views = Views()


def _library(cls):
    """Whether a class is not of a trusted module's making."""
    return cls.__module__ not in modules


def defined(cls, name):
    """What `cls` or its nearest ancestor has under `name`, as it stands there; None where there is nothing."""
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]


def _by_hand(cls, name):
    """Whether the module's author wrote this method: what the library makes for a class tells fields, private ones too."""
    method = defined(cls, name)
    return _type(method) is FunctionType and method.__code__.co_filename in files


def _specials(value, kind, listed):
    """The special methods that a guest may use."""
    if value is not None and _isinstance(value, _type):
        constructed = {'call'} if listed is not None and 'call' in listed else set()
        return frozenset({'instancecheck'} | constructed)
    found = set()
    for name in SPECIALS:
        method = defined(kind, f'__{name}__')
        if method is None or method is object.__dict__.get(f'__{name}__'):
            continue
        if name in ('repr', 'str') and listed is None and not _by_hand(kind, f'__{name}__'):
            continue
        found.add(name)
    if found & {'iter', 'getitem'}:
        found.add('contains')
    return frozenset(found if listed is None else found & listed)


def closed(cls):
    """Whether instances of `cls` show no attributes."""
    return cls.__module__ in CLOSED and not issubclass(cls, BaseException)


def shown(view, target, name):
    if _type(name) is not str or name[:1] == '_' or denied(name):
        return False
    if view.reads is not None:
        return name in view.reads
    kind = _type(target)
    if not _isinstance(target, _type) and closed(kind):
        return False
    if not judged(name):
        return True
    kinds = kind.__mro__ + (target.__mro__ if _isinstance(target, _type) else ())
    return not any(name in vars(cls) for cls in kinds if _library(cls))


def read_of(target, name):
    value = _getattr(target, name)
    if _isinstance(target, _type) and callable(value):
        stored = defined(target, name)
        if not _isinstance(stored, (classmethod, staticmethod)) and hasattr(stored, '__get__'):
            return _of_instances(target, value)
    return value


def _of_instances(cls, function):
    """A function read from a class: the instance that it takes first is one of that class."""

    def method(*args, **kwargs):
        if not _isinstance(args[0], cls) if args else kwargs:
            raise TypeError(f'this function takes an instance of {cls.__name__} first')
        return function(*args, **kwargs)

    return method


def base_of(cls):
    """The nearest exception class that a guest knows of: an exposed one, or the name of a builtin one."""
    while id(cls) not in views.exceptions and cls.__module__ != 'builtins':
        cls = cls.__base__
    return cls if id(cls) in views.exceptions else cls.__name__


def refer(number):
    """How a value of the host's that is no plain data crosses: as the object `number` tells, of the view with that index."""
    of_class, of_value = views.of_class, views.of_value

    def reference(value):
        kind = _type(value)
        if kind in of_class and id(value) not in of_value:
            view = of_class[kind]
            return StopIteration, number(value, view), view.index
        if _isinstance(value, NEVER):
            raise Unexposed(f'a {kind.__name__} does not cross to a guest')
        if _isinstance(value, _type) and id(value) not in views.exposed and value in _DATA:
            return (StopIteration, 'class'), (value.__name__,)
        view = views.view(value)
        return StopIteration, number(value, view), view.index

    return reference


_DATA = frozenset(CLASSES.values())
