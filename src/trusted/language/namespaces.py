"""What `globals()`, `locals()` and `vars()` answer (scope_builtins.py): namespaces as dicts of the names that a source can write.

What stands for a namespace is a dict of its own. It is filled from the real one before each read, and each write goes to
both. So C code that reads a dict, and programs that write to `vars(x)`, both find what they expect, and nobody holds the
real dict: it has the guards in it, the library's private state, and names that no source can spell.
"""

from .sealed import __builtins__
import sys
from copy import deepcopy
from operator import is_
from types import FunctionType
from weakref import ref

from . import kinds
from .language import PRIVATE_MARK
from .lookups import written
from .names import spelled, unmark
from .ownership import FACETS, is_class, mro_of, own, own_function
from .spaces import VIEWS, Globals
from .spellings import (
    stored_attribute,
    stored_variable,
    told_attribute,
    told_member,
    told_variable,
)

_put, _clear, _fill = dict.__setitem__, dict.clear, dict.update
_namespace_of = type.__dict__['__dict__'].__get__
_function_dict = FunctionType.__dict__['__dict__'].__get__
_name_of = type.__dict__['__name__'].__get__
_GETSET = type(FunctionType.__dict__['__dict__'])
_missing = object()


class Namespace(dict):
    """Stands for the dict `_real`; `_told` gives a stored name as the source has it or None, `_stored` the reverse."""

    __slots__ = '_real', '_told', '_stored', '__weakref__'

    def __getitem__(self, key):
        return dict.__getitem__(_renew(self), key)

    def __contains__(self, key):
        return dict.__contains__(_renew(self), key)

    def __iter__(self):
        return dict.__iter__(_renew(self))

    def __len__(self):
        return dict.__len__(_renew(self))

    def __repr__(self):
        return dict.__repr__(_renew(self))

    def __eq__(self, other):
        return dict.__eq__(_renew(self), other)

    __hash__ = None

    def __or__(self, other):
        return _renew(self).copy() | other

    def __ror__(self, other):
        return other | _renew(self).copy()

    def __ior__(self, other):
        self.update(other)
        return self

    def __reversed__(self):
        return reversed(_renew(self).copy())

    def get(self, key, default=None):
        return dict.get(_renew(self), key, default)

    def keys(self):
        return dict.keys(_renew(self))

    def values(self):
        return dict.values(_renew(self))

    def items(self):
        return dict.items(_renew(self))

    def copy(self):
        return dict(_renew(self))

    def __setitem__(self, key, value):
        _put(_real_of(self), _stored_of(self)(key), value)
        _put(self, key, value)

    def __delitem__(self, key):
        dict.__delitem__(_renew(self), key)
        dict.__delitem__(_real_of(self), _stored_of(self)(key))

    def update(self, *args, **kwargs):
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key, default=_missing):
        if key in self:
            value = self[key]
            del self[key]
            return value
        if default is _missing:
            raise KeyError(key)
        return default

    def popitem(self):
        for key in reversed(self):
            return key, self.pop(key)
        raise KeyError('popitem(): dictionary is empty')

    __copy__ = copy

    def __deepcopy__(self, memo):
        return deepcopy(self.copy(), memo)

    def clear(self):
        for key in list(self):
            del self[key]


_real_of, _told_of, _stored_of = (
    Namespace.__dict__[name].__get__ for name in ('_real', '_told', '_stored')
)
_setters = [Namespace.__dict__[name].__set__ for name in ('_real', '_told', '_stored')]
del Namespace._real, Namespace._told, Namespace._stored
Namespace.__name__ = Namespace.__qualname__ = 'dict'
kinds.VEILS[Namespace] = dict


def is_of_variables(space):
    """Whether `space` stands for the globals of a module."""
    return _told_of(space) is told_variable


def members(real):
    """A namespace for the members of a class that is being made: its body reads them as names, and the class has them."""
    return _namespace(real, told_variable, lambda name: spelled(stored_variable(name)))


def shown(held):
    """The variables of a function, as the source has them."""
    return _shown(held, told_variable)


def real(space):
    """The dict that `space` stands for."""
    return _real_of(space)


def _renew(space):
    """Fills `space` with what the real dict holds now, in its order."""
    held = _shown(_real_of(space), _told_of(space))
    # Values are compared by what they are: a program's own `__eq__` is not asked, nor is `space` itself, which may be one.
    if list(dict.__iter__(space)) != list(held) or not all(
        map(is_, dict.values(space), held.values())
    ):
        _clear(space)
        _fill(space, held)
    return space


def _shown(real, told):
    held = {}
    for key, value in dict(real).items():
        if type(key) is str and (name := told(key)) is not None:
            held[name] = value
    return held


class Place:
    """Stands for what holds the `__dict__` of a class's instances: who has the real one reads the dicts of all of them."""

    __slots__ = ('_text',)

    def __repr__(self):
        return self._text


def _members_of(cls):
    held = {}
    for key, value in dict(_namespace_of(cls)).items():
        if key in ('__dict__', '__weakref__') and type(value) is _GETSET:
            held[key] = Place()
            held[key]._text = f'<attribute {key!r} of {unmark(_name_of(cls))!r} objects>'
        elif (name := told_member(key)) is not None:
            held[name] = written(value)
    return held


def _namespace(real, told, stored):
    space = dict.__new__(Namespace)
    for setter, value in zip(_setters, (real, told, stored)):
        setter(space, value)
    return _renew(space)


def attributes(x):
    """`vars(x)` of what is the guest's own, and a copy of the names that a module shows; None for all else."""
    kind = type(x)
    if kind in FACETS:
        return {'__name__': FACETS[kind](x)} | {name: getattr(x, name) for name in dir(x)}
    if own_function(x):
        return _namespace(_function_dict(x), told_attribute, stored_attribute)
    if is_class(x):
        return _members_of(x) if own(x) else None
    if not own(kind):
        return None
    for cls in mro_of(kind):
        if (held := _namespace_of(cls).get('__dict__')) is not None and type(held) is _GETSET:
            return _namespace(held.__get__(x), told_attribute, stored_attribute)
    return None


def frame_of_guest():
    """The innermost frame of the program's: whoever asks, in between there may be the library. Its modules that are guest code
    are passed over, too: they import what the program may not, and call what it gives them (`type=eval` of argparse)."""
    frame = kinds.of_program(sys._getframe(2))
    if frame is None:
        raise RuntimeError('no program is running')
    return frame


# Under which the globals of a program keep what stands for them, as long as the program has it.
_VIEW = PRIVATE_MARK + 'view'


def globals_of(scope):
    """The dict `scope` of a program's globals, as the program sees it: always the same one."""
    if type(scope) is Globals:
        return scope.given
    view = scope[_VIEW]() if _VIEW in scope else None
    if view is None:
        view = _namespace(scope, told_variable, stored_variable)
        scope[_VIEW] = ref(view)
    return view


def variables_of(scope):
    """What names of such globals are looked up in."""
    return scope.given if type(scope) is Globals else scope


def globals_in(frame):
    """The globals of a frame of the program's."""
    return globals_of(frame.f_globals)


def locals_of(frame):
    """The variables of a frame of the program's."""
    held = frame.f_locals
    if held is frame.f_globals:
        return globals_in(frame)
    return held.given if type(held) in VIEWS else shown(held)
