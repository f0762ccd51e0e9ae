"""The making of classes. `_metaclass_` stands where `class` statements name a metaclass: it chooses the real one, and has what
the class will be judged (classes.py).

Metaclasses of programs, where a policy guards dunders. `class M(type)` derives from `Kind`, which is ours and stands before `type`
among the ancestors of every such class. So all that makes a class of the kind M comes through `Kind.__new__`, which judges name,
bases and members: a call of M, `super().__new__`, `type.__new__`, the library. What M is given is what the program wrote: names
without marks, none of the interpreter's own parts, and what `__prepare__` answered behind a view (spaces.py).

What a metaclass cannot say is what the guards and the library rely on: which classes are equal, what a class derives from, and
what is stored in it under names that no source can write.
"""

from .sealed import __builtins__
import sys
from abc import ABC, ABCMeta
from enum import EnumType
from typing import Generic

from . import kinds
from .classes import (
    KINDS,
    MADE,
    UNCHECKED,
    judge_namespace,
    metaclass_of,
)
from .floor import encoding
from .language import CLASS_DUNDERS, DEFINED_METHODS, PRIVATE_MARK, UNBINDABLE
from .namespaces import Place
from .names import denied, is_dunder, mark, unmark
from .ownership import is_class, mro_of, own, own_function
from .slots import NAMING, told_names
from .spaces import Body, Globals, make_body

# What programs may name as a metaclass -> the metaclass it stands for; facets add theirs.
METACLASSES = {kinds.guest_type: type}
# What of a namespace a program sees, and can have otherwise; and what the interpreter puts there for itself.
_TEXTS = frozenset({'__module__', '__qualname__', '__doc__'})
_PARTS = MADE - _TEXTS
# Classes that are being made by metaclasses of the program's: the name, and the interpreter's own parts. The last is innermost.
_pending = []


# ---- what programs derive from `type` and `ABCMeta`


class Kind(type):
    """Stands before `type` among the ancestors of a program's metaclass."""

    def __new__(cls, name, bases, namespace, /, **keywords):
        return _made(cls, name, bases, namespace, keywords)


class AbstractKind(Kind, ABCMeta):
    """The same before `ABCMeta`."""


def derivable(veil, kind):
    """Lets programs derive metaclasses from what `veil` stands for, by way of `kind`."""
    kinds.DERIVED[veil], kinds.VEILS[kind] = kind, veil
    KINDS.add(kind)
    kind.__name__ = kind.__qualname__ = veil.__name__


derivable(kinds.guest_type, Kind)


def is_metaclass(x):
    """Whether `x` is a metaclass of the program's own."""
    return is_class(x) and own(x) and type in mro_of(x)


def _real_bases(bases):
    return tuple(
        [kinds.DERIVED.get(base, base) if type(base) is kinds.Veil else base for base in bases]
    )


def _members(namespace):
    """What a namespace of the program's says, under the names by which it is stored."""
    members = {}
    for key, value in dict.items(namespace):
        if type(key) is not str:
            raise TypeError('names of class members must be strings')
        if type(value) is Place:
            continue
        if key == '__match_args__' and type(value) is tuple:
            members[key] = tuple([mark(each) if type(each) is str else each for each in value])
        elif key in DEFINED_METHODS or key in CLASS_DUNDERS or key in _TEXTS:
            members[key] = value
        elif is_dunder(key) or denied(key) or PRIVATE_MARK in key or key in UNBINDABLE:
            raise TypeError(f'{unmark(key)!r} may not be defined by a class')
        else:
            members[mark(key)] = value
    return members


def _by_program(kind, name, bases, namespace, keywords):
    """Has a metaclass of the program's make a class, of what its statement says."""
    if type(namespace) is Body:
        given, parts = namespace.given, namespace.parts
    else:
        parts = {key: namespace[key] for key in namespace if key in _PARTS}
        given = {
            unmark(key): told_names(namespace[key]) if key in NAMING else namespace[key]
            for key in namespace
            if key not in _PARTS
        }
    pending = [unmark(name), parts]
    _pending.append(pending)
    try:
        return kind(pending[0], bases, given, **keywords)
    finally:
        _pending.remove(pending)


def _made(kind, name, bases, namespace, keywords):
    """What `type.__new__` or `ABCMeta.__new__` is asked for a class of the kind `kind`."""
    if not is_metaclass(kind):
        raise TypeError('type.__new__() makes classes of metaclasses defined here only')
    if type(name) is not str or type(bases) is not tuple or dict not in mro_of(type(namespace)):
        raise TypeError('type.__new__() takes a name, a tuple of classes and a dict here')
    real = _real_bases(bases)
    winner = metaclass_of(real, kind)
    if winner is not kind:
        # The interpreter would ask it, with what is not for the program to see.
        return winner.__new__(winner, name, bases, namespace, **keywords)
    parts = {}
    if _pending and _pending[-1][0] == name:
        parts, _pending[-1][1] = _pending[-1][1], parts
    members = parts | _members(namespace)
    _judge_kind(kind, real)
    _judge(name, real, members, keywords)
    make = ABCMeta if ABCMeta in mro_of(kind) else type
    return make.__new__(kind, name, real, members, **keywords)


# ---- what they may be


# Special methods of metaclasses by which C code and the library are told what has been judged before.
_OF_NAMES = '__getattr__', '__setattr__', '__delattr__'
_CHECKS = '__instancecheck__', '__subclasscheck__'
_PLAIN = frozenset({object, type, ABCMeta, ABC, Generic, Kind, AbstractKind})


def _of_written_names(hook):
    """The special method that is `hook`, of a metaclass: it is asked of names that a source can write, and of no others. The
    library keeps in classes what it makes text for `exec` of (`__dataclass_fields__`)."""

    def method(cls, name, /, *args):
        if type(name) is str and (
            name[:1] != '_' if name[:1] != PRIVATE_MARK else name[1:2] == '_'
        ):
            return hook(cls, unmark(name), *args)
        raise AttributeError(f'the metaclass of {cls.__name__!r} is not asked of {name!r} here')

    method.__name__, method.__qualname__ = hook.__name__, hook.__qualname__
    return method


def _judge_metaclass(members, ancestors):
    """Judges and completes the members of a metaclass."""
    for cls in ancestors:
        if not own(cls) and cls not in _PLAIN:
            raise TypeError(f'a metaclass cannot derive from {cls.__name__!r} here')
    for key in (*_OF_NAMES, '__del__'):
        if any([key in cls.__dict__ for cls in ancestors if own(cls) and type not in mro_of(cls)]):
            raise TypeError(f'a metaclass defines {key} itself here')
        if key in members:
            if key == '__del__' or not own_function(members[key]):
                raise TypeError(f'{key} of a metaclass must be a function defined here')
            members[key] = _of_written_names(members[key])


def _judge_kind(kind, bases):
    """Whether a class of the kind `kind` may derive from `bases`: not where C code takes what a call of it answers for an
    instance, nor where the library's own checks ask it."""
    ancestors = [cls for base in bases for cls in mro_of(base)]
    for cls in ancestors:
        if cls in UNCHECKED or cls is BaseExceptionGroup:
            raise TypeError(
                f'a class derived from {cls.__name__!r} has no metaclass of its own here'
            )
    if any([hook in cls.__dict__ for cls in mro_of(kind) if own(cls) for hook in _CHECKS]):
        for cls in ancestors:
            if ABCMeta in mro_of(type(cls)) and not own(cls) and cls is not ABC:
                raise TypeError(
                    f'the metaclass of a class derived from {cls.__name__!r} cannot define {_CHECKS[0]} or {_CHECKS[1]} here'
                )


def _judge(name, bases, members, keywords):
    """Judges what a class is to be made of, and completes it."""
    for key in keywords:
        if key[:1] == '_':
            raise TypeError(f'{name}.__init_subclass__() takes no keyword argument {key!r}')
    ancestors = [cls for base in bases for cls in mro_of(base)]
    if type in ancestors:
        _judge_metaclass(members, ancestors)
    judge_namespace(name, bases, members)
    for base in bases:
        encoding.note(base)


# ---- class statements


class Metaclass:
    """What the residual text names as `metaclass`: chooses the real one, and judges the class it will make."""

    __slots__ = ('_derives', '_kind')

    def __prepare__(self, name, bases, /, **keywords):
        # Text that is evaluated over a dict: its class bodies read what the dict holds now.
        if type(space := sys._getframe(1).f_globals) is Globals:
            space.renew()
        kind = metaclass_of(_real_bases(bases) if _derives(self) else bases, _kind_of(self))
        keywords = {key: keywords[key] for key in keywords if key[:1] != '_'}
        if not own(kind):
            return kind.__prepare__(name, bases, **keywords)
        if not any(['__prepare__' in cls.__dict__ for cls in mro_of(kind) if own(cls)]):
            return {}
        given = kind.__prepare__(unmark(name), bases, **keywords)
        if not any(['__getitem__' in cls.__dict__ for cls in mro_of(type(given))]):
            raise TypeError(
                f'{kind.__name__}.__prepare__() must return a mapping, not {type(given).__name__}'
            )
        return make_body(given, _PARTS)

    def __call__(self, /, *args, **keywords):
        """`_metaclass_(M)` stands for the metaclass M; what the interpreter calls it with makes a class."""
        if len(args) == 1 and not keywords:
            return _metaclass(args[0], _derives(self))
        name, bases, namespace = args
        return _make_class(_kind_of(self), name, bases, namespace, keywords, _derives(self))


_kind_of, _choose = Metaclass._kind.__get__, Metaclass._kind.__set__
_derives, _let_derive = Metaclass._derives.__get__, Metaclass._derives.__set__
del Metaclass._kind, Metaclass._derives


def _metaclass(named, derives):
    if not is_metaclass(named) and (not is_class(named) or named not in METACLASSES):
        raise TypeError('a class cannot choose this metaclass here')
    chosen = Metaclass()
    _choose(chosen, METACLASSES.get(named, named))
    _let_derive(chosen, derives)
    return chosen


# Whether programs may derive metaclasses is the policy's to say.
_metaclass_ = _metaclass(kinds.guest_type, False)


def _make_class(kind, name, bases, namespace, keywords, derives):
    """What `kind(name, bases, namespace)` would make, judged."""
    if type(name) is not str:
        raise TypeError('the name of a class must be a string')
    real = _real_bases(bases) if derives else bases
    kind = metaclass_of(real, kind)
    if own(kind):
        return _by_program(kind, name, bases, namespace, keywords)
    _judge(name, real, namespace, keywords)
    made = kind(unmark(name), real, namespace, **keywords)
    if EnumType in mro_of(kind):
        _tell_members(made)
    return made


def _tell_members(enumeration):
    """Gives private members the names that the source has; as attributes they stay marked."""
    members = {unmark(name): member for name, member in enumeration._member_map_.items()}
    if members.keys() != enumeration._member_map_.keys():
        for name, member in members.items():
            if member._name_ != name and unmark(member._name_) == name:
                member._name_ = name
        enumeration._member_map_.clear()
        enumeration._member_map_.update(members)
        enumeration._member_names_[:] = map(unmark, enumeration._member_names_)


def make_class(name, bases, namespace, /, **keywords):
    """What `type(name, bases, namespace)` would make, judged, of names as they are stored."""
    return _make_class(type, name, bases, namespace, keywords, False)


def class_of_dict(name, bases, namespace, /, **keywords):
    """`type(name, bases, namespace)` of a program's: its members are those that a class statement could bind."""
    if type(bases) is not tuple or type(namespace) is not dict:
        raise TypeError('type() takes a name, a tuple of classes and a dict here')
    return _make_class(type, name, bases, _members(namespace), keywords, True)


# Of runs whose policy guards dunders.
GUARDS = {'_metaclass_': _metaclass(kinds.guest_type, True), 'ʼmake': class_of_dict}
