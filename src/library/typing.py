"""`typing` as guest code, as far as it marks nothing: decorators that do nothing when a program runs, and what annotations mean.

Of an annotation that is text, names, attributes, items and unions are read as the program could read them, and all else is refused.
facets/typing.py gives the text as a tree (`_tree`), and makes aliases of other parts (`_changed`).
"""

from types import MethodType


def dataclass_transform(**options):
    """For type checkers."""
    return lambda decorated: decorated


# What has no types, by its identity: nobody keeps what is no function or class.
_unchecked = {}


def no_type_check(arg):
    """What is annotated with other things than types: it has no hints, nor have the methods of a class."""
    _unchecked[id(arg)] = arg
    for each in arg.__dict__.values() if isinstance(arg, type) else ():
        if first_line(each) is not None:
            no_type_check(each)
    return arg


def _overload_dummy(*args, **kwds):
    raise NotImplementedError(
        'You should not call an overloaded function. A series of @overload-decorated functions outside a stub module should always '
        'be followed by an implementation that is not @overload-ed.'
    )


def overload(func):
    """A variant for type checkers; the implementation that follows is what runs."""
    return _overload_dummy


class _Text:
    """A text, and the namespaces that its names are looked up in, one after the other."""

    def __init__(self, text, spaces):
        self._text, self._spaces = text, spaces

    def value(self, tree):
        kind, *parts = tree or ('',)
        rule = getattr(self, f'of_{kind}', None)
        if rule is None:
            raise TypeError(
                f'the annotation {self._text!r} is text, and of texts no more is read here than names, attributes, items and '
                'unions: write it without quotes'
            )
        return rule(*parts)

    def of_Constant(self, value):
        return value

    def of_Name(self, name):
        import builtins

        for space in self._spaces if name[:2] != '__' else ():
            if name in space:
                return space[name]
        if name[:1] != '_' and hasattr(builtins, name):
            return getattr(builtins, name)
        raise NameError(f'name {name!r} is not defined', name=name)

    def of_Attribute(self, value, name):
        return read_field(self.value(value), name)

    def of_Subscript(self, value, item):
        return self.value(value)[self.value(item)]

    def of_BinOp(self, left, operator, right):
        return self.value(left) | self.value(right if operator == ('BitOr',) else None)

    def of_UnaryOp(self, operator, operand):
        return -self.value(operand if operator == ('USub',) else None)

    def of_Tuple(self, parts):
        return tuple(self.of_List(parts))

    def of_List(self, parts):
        return [self.value(each) for each in parts]


def _meant(value, spaces):
    """What an annotation means, with the texts in it evaluated."""
    texts = []
    while isinstance(text := _text_of(value), str):
        if text in texts:
            # One that names itself stays as it is.
            return _reference(text)
        texts.append(text)
        value = _Text(text, spaces).value(_tree(text))
    return type(None) if value is None else _changed(value, lambda part: _meant(part, spaces))


def get_type_hints(obj, globalns=None, localns=None, include_extras=False):
    """The annotations of a function or of a class and those that it derives from: types, where texts name them."""
    if isinstance(obj, MethodType):
        obj = obj.__func__
    if id(obj) in _unchecked:
        return {}
    given = [dict(space) for space in (localns, globalns) if space is not None]
    if isinstance(obj, type):
        holders = obj.__mro__[::-1]
    elif first_line(obj) is not None:
        holders = (obj,)
    elif callable(obj):
        return {}
    else:
        raise TypeError(f'{obj!r} is not a module, class, method, or function.')
    variables, told = dict(_variables(obj)), {}
    for holder in holders:
        try:
            annotations = holder.__annotations__
        except AttributeError:
            # Of the library.
            continue
        # A class's own names come after those of its module.
        own_names = [vars(holder)] if isinstance(holder, type) else []
        for name, value in annotations.items():
            told[name] = _meant(value, [*given, variables, *own_names])
    if include_extras:
        return told
    return {name: _strip(value) for name, value in told.items()}
