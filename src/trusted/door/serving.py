"""The host's side of the door: what a guest may do with the objects of trusted modules that it was given.

A guest holds numbers. With one it may call, read attributes, use operators and write attributes, as far as the object's view
shows them (exposed.py). Methods of an exposed class take instances of that class. Keyword arguments are public names.
Everything else is refused here, whatever the guest's side of the door believes.
"""

from .sealed import __builtins__
import operator
import sys
from types import FunctionType

from .exposed import base_of, closed, defined, read_of, shown, views

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

_type, _getattr, _isinstance = type, getattr, isinstance


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
                return read_of(target, name)
            if not shown(view, target, name):
                raise AttributeError(f'{name!r} is not an attribute the host exposes')
            try:
                value = read_of(target, name)
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
            return [name for name in dir(target) if shown(view, target, name)]

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
            is_open = view.reads is not None or is_class or not closed(cls)
            methods = [
                (name, number_of(name))
                for name in dir(cls)
                if is_open
                and _type(defined(cls, name)) in (FunctionType, classmethod, staticmethod)
                and shown(view, judged_as, name)
            ]
            what, base = 'class' if is_class else 'object', None
            if id(view.target) in views.exceptions:
                what, base = 'exception', base_of(cls.__base__)
            name = cls.__name__ if cls.__name__[:1] != '_' else 'object'
            return name, methods, sorted(view.specials), what, base

        self.call, self.method, self.get, self.put = call, method, get, put
        self.operate, self.take, self.listing, self.describe = operate, take, listing, describe
