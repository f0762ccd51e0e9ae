"""The host's side of the door: what a guest may do with the objects of trusted modules that it was given.

A guest holds numbers. With one it may call, read public attributes, and use the operators that the object's class defines;
where the exposure lists them, those alone. It may write the attributes that the exposure lists as written. Methods of an
exposed class take instances of that class. Keyword arguments are public names. Everything else is refused here, whatever
the guest's side of the door believes.
"""

from .sealed import __builtins__
import operator
import sys
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
# Iterators that run no code of the module's: a guest is told several items at once.
QUICK = frozenset(
    map(
        type,
        (
            iter([]),
            iter(()),
            iter(set()),
            iter({}),
            iter({}.values()),
            iter({}.items()),
            iter(range(0)),
        ),
    )
)
# Names of one view that are remembered as shown.
MOST_JUDGED = 1_000
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

    def expose(self, value, shown):
        """`shown` is '*', a list of attributes and operators, or {'read': as these, 'write': attributes}."""
        if _isinstance(value, _type):
            self.exposed[id(value)] = value
            if issubclass(value, BaseException):
                self.exceptions[id(value)] = value
        elif _type(value) in FUNCTIONS:
            self.exposed[id(value)] = value
        if shown == '*' or _type(value) in FUNCTIONS:
            return
        read, write = (shown['read'], shown['write']) if _type(shown) is dict else (shown, ())
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


def _closed(cls):
    """Whether instances of `cls` show no attributes."""
    return cls.__module__ in CLOSED and not issubclass(cls, BaseException)


def _shown(view, target, name):
    if _type(name) is not str or name[:1] == '_' or denied(name):
        return False
    if view.reads is not None:
        return name in view.reads
    kind = _type(target)
    if not _isinstance(target, _type) and _closed(kind):
        return False
    if not judged(name):
        return True
    kinds = kind.__mro__ + (target.__mro__ if _isinstance(target, _type) else ())
    return not any(name in vars(cls) for cls in kinds if _library(cls))


def _read(target, name):
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


def _keywords(kwargs):
    for name in kwargs:
        if _type(name) is not str or name[:1] == '_':
            raise TypeError(f'{name!r} is not a keyword argument that a guest may give')
    return kwargs


_OPERATIONS = {
    'len': len,
    'iter': iter,
    'next': next,
    'reversed': reversed,
    'aiter': aiter,
    'anext': lambda steps: steps.__anext__(),
    'round': round,
    'hash': hash,
    'bool': bool,
    'int': int,
    'float': float,
    'str': str,
    'repr': repr,
    'enter': lambda manager: manager.__enter__(),
    'exit': lambda manager, error: bool(manager.__exit__(*_leaving(error))),
    'aenter': lambda manager: manager.__aenter__(),
    'aexit': lambda manager, error: manager.__aexit__(*_leaving(error)),
    'instancecheck': lambda cls, value: isinstance(value, cls),
}
for _name in 'getitem setitem delitem contains index neg pos abs invert eq ne lt le gt ge'.split():
    _OPERATIONS[_name] = _getattr(operator, _name)
for _name in 'add sub mul truediv floordiv mod pow matmul lshift rshift and or xor'.split():
    _OPERATIONS[_name] = _getattr(operator, f'__{_name}__')
    _OPERATIONS[f'r{_name}'] = lambda a, b, apply=_OPERATIONS[_name]: apply(b, a)


def _leaving(error):
    """What a context manager is told of how its block was left: nothing, or an exception that stands for the guest's."""
    return (None, None, None) if error is None else (_type(error), error, None)


class Serving:
    """The operations of the host's side, over the table of what the guest holds."""

    def __init__(self, table, made):
        objects, kinds = table.objects, table.kinds
        # Names of methods, numbered: a number crosses more quickly, and names what is interned here.
        names, numbers = [], {}

        def get(n, name):
            return _getattr(objects[n], name) if name in kinds[n].plain else read(n, name)

        def read(n, name):
            view, target = kinds[n], objects[n]
            if name in view.judged:
                return _read(target, name)
            if not _shown(view, target, name):
                raise AttributeError(f'{name!r} is not an attribute the host exposes')
            try:
                value = _read(target, name)
            except AttributeError as error:
                if error.name != name or error.obj is not target:
                    raise
                raise AttributeError(f'the object of the host has no attribute {name!r}') from None
            if len(view.judged) < MOST_JUDGED:
                view.judged.add(sys.intern(name))
                if not _isinstance(target, _type):
                    view.plain.add(sys.intern(name))
            return value

        def call(n, args, kwargs):
            if 'call' not in kinds[n].specials:
                if _isinstance(objects[n], _type):
                    raise TypeError(
                        f"{objects[n].__name__} is the host's: it cannot be made from here"
                    )
                raise TypeError('this object of the host cannot be called')
            return objects[n](*args, **_keywords(kwargs)) if kwargs else objects[n](*args)

        def method(n, m, args, kwargs):
            name = names[m]
            function = _getattr(objects[n], name) if name in kinds[n].plain else read(n, name)
            return function(*args, **_keywords(kwargs)) if kwargs else function(*args)

        def put(n, name, value):
            if _type(name) is not str or name not in kinds[n].writes:
                raise AttributeError(f'{name!r}: objects of the host cannot be changed from here')
            setattr(objects[n], name, value)

        def operate(n, name, args):
            if name not in kinds[n].specials:
                raise TypeError(f'the host does not expose the operator {name!r} of this object')
            if name in ('exit', 'aexit') and args[0] is not None:
                args = (made(*args[0]),)
            return _OPERATIONS[name](objects[n], *args)

        def take(n, most):
            """Up to `most` items of an iterator, and whether it has ended. More than one only where no code is run by it."""
            if 'next' not in kinds[n].specials:
                raise TypeError('this object of the host is no iterator')
            if _type(objects[n]) not in QUICK:
                try:
                    return [next(objects[n])], False
                except StopIteration:
                    return [], True
            items = []
            for value in objects[n]:
                items.append(value)
                if len(items) >= most:
                    break
            return items, len(items) < most

        def listing(n):
            view, target = kinds[n], objects[n]
            return [name for name in dir(target) if _shown(view, target, name)]

        def number_of(name):
            if name not in numbers:
                numbers[name] = len(names)
                names.append(sys.intern(name))
            return numbers[name]

        def describe(index):
            """(name, methods with their numbers, special methods, what it is, its base if it is an exception class)."""
            view = views.all[index]
            is_class = _isinstance(view.target, _type)
            cls = view.target if is_class else view.kind
            judged_as = cls if is_class or view.target is None else view.target
            is_open = view.reads is not None or is_class or not _closed(cls)
            methods = [
                (name, number_of(name))
                for name in dir(cls)
                if is_open
                and _type(defined(cls, name)) in (FunctionType, classmethod, staticmethod)
                and _shown(view, judged_as, name)
            ]
            what, base = 'class' if is_class else 'object', None
            if id(view.target) in views.exceptions:
                what, base = 'exception', base_of(cls.__base__)
            name = cls.__name__ if cls.__name__[:1] != '_' else 'object'
            return name, methods, sorted(view.specials), what, base

        self.call, self.method, self.get, self.put = call, method, get, put
        self.operate, self.take, self.listing, self.describe = operate, take, listing, describe


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
