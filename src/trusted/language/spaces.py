"""What the interpreter looks names up in while text runs over a dict of the program's own.

The dict itself may not be that: it may hold any key, a guard's name too, and whoever has it would have the builtins that the
interpreter keeps there. So what stands in its place reads through it and writes through it, one name at a time. Functions that the
text defines go on to see the dict as it is when they run.

Invariant: no name of ours and no guard's name is ever looked up in what the program gave; those come from the builtins, which are
the run's. Nobody but the interpreter holds a `Globals`, a `Locals` or a `Body`.
"""

from .sealed import __builtins__

from .language import GUARDS, PRIVATE_MARK
from .slots import NAMING, told_names

# `super` too: what is read of `super()` is judged by that name. And what the interpreter takes for its own set without looking.
RESERVED = GUARDS | {
    'super',
    '__builtins__',
    '__import__',
    '__build_class__',
    '__debug__',
    '__conditional_annotations__',
}
_OURS = ('__builtins__', '__name__')
_put, _pop = dict.__setitem__, dict.pop


def reserved(name):
    """Whether a name means the same in all text, whatever a dict of the program's says."""
    return type(name) is not str or name in RESERVED or name[:1] == PRIVATE_MARK


class Globals(dict):
    """Globals that are those of `given`. What it stores itself is read by class bodies alone, which look past `__getitem__`."""

    __slots__ = 'builtins', 'given'

    def __getitem__(self, name):
        # As `reserved` has it, and with the builtins at the end: this is in the way of every global name.
        if name not in RESERVED and name[:1] != PRIVATE_MARK:
            given = self.given
            if type(given) is not dict:
                try:
                    return given[name]
                except KeyError:
                    pass
            elif name in given:
                return given[name]
            if name == '__name__':
                return 'builtins'
        # The interpreter's own C code, which imports by the globals that it finds.
        if name == '__builtins__':
            return self.builtins
        return self.builtins[name]

    def __setitem__(self, name, value):
        if reserved(name):
            raise KeyError(name)
        self.given[name] = value

    def __delitem__(self, name):
        if reserved(name):
            raise KeyError(name)
        del self.given[name]

    def renew(self):
        """Before a class body runs: what it stores becomes what there is now."""
        for name in [*dict.__iter__(self)]:
            if name not in _OURS:
                _pop(self, name)
        for name, value in dict(self.given).items():
            if not reserved(name) and name not in _OURS:
                _put(self, name, value)

    def take(self, name):
        """Hands over what a statement has stored past `__setitem__`."""
        if name not in _OURS and dict.__contains__(self, name):
            self[name] = _pop(self, name)


class Locals:
    """Locals that are those of `given`, in front of the globals `space`."""

    __slots__ = 'given', 'space'

    def __getitem__(self, name):
        if reserved(name):
            raise KeyError(name)
        try:
            return self.given[name]
        except KeyError:
            if type(self.space) is not Globals:
                raise
        return self.space[name]

    def __setitem__(self, name, value):
        self.given[name] = value

    def __delitem__(self, name):
        del self.given[name]


def make_globals(given, builtins):
    """Globals over `given`, with these builtins. The module that functions and classes name is the program's."""
    space = Globals()
    space.given, space.builtins = given, builtins
    _put(space, '__builtins__', builtins)
    _put(space, '__name__', '__main__')
    return space


class Body:
    """What a class body reads and writes where a metaclass of the program's prepared `given`. What the interpreter has in it for
    itself, under `names`, is in `parts`."""

    __slots__ = 'given', 'parts', 'names'

    def __getitem__(self, name):
        if name in self.names:
            return self.parts[name]
        return self.given[_written(name)]

    def __setitem__(self, name, value):
        if name in self.names:
            self.parts[name] = value
        else:
            self.given[_written(name)] = told_names(value) if name in NAMING else value

    def __delitem__(self, name):
        if name in self.names:
            del self.parts[name]
        else:
            del self.given[_written(name)]


def _written(name):
    """A name of a class body as the source has it; KeyError for what means the same in all text."""
    if name[:2] == PRIVATE_MARK + '_':
        return name[1:]
    if reserved(name):
        raise KeyError(name)
    return name


# What stands for the variables of text, and holds in `given` what they are.
VIEWS = frozenset({Locals, Body})


def make_body(given, names):
    """A class body over `given`; the interpreter's own parts have these names."""
    made = Body()
    made.given, made.parts, made.names = given, {}, names
    return made


def make_locals(given, space):
    made = Locals()
    made.given, made.space = given, space
    return made
