"""Names: which a program may bind, read, and name as attributes. The final tree is judged, where private names are marked.

CPython has normalised (NFKC) every identifier that it parsed. An attribute's name that translation took from a string is
judged letter by letter as the interpreter will look it up, so a string that only looks like `__class__` names nothing.
"""

from ..sealed import __builtins__
import ast
from keyword import kwlist
from unicodedata import normalize

from ..language import (
    CLASS_DUNDERS,
    DEFINABLE_METHODS,
    DEFINED_METHODS,
    DENIED_ATTRIBUTES,
    GUARDS,
    JUDGED_ATTRIBUTES,
    PRIVATE_MARK,
    READABLE_DUNDER_NAMES,
    UNBINDABLE,
)
from ..names import UNRENAMED, denied, is_dunder, judged
from .refused import Refused

READABLE = READABLE_DUNDER_NAMES | UNBINDABLE
# In a class they are its own; elsewhere variables of functions, for what is to become a method.
# `__class__` is the class that the interpreter made of the statement around, which nothing else can bind.
READABLE_INSIDE = DEFINED_METHODS | CLASS_DUNDERS | {'__class__'}
KEYWORDS = frozenset(kwlist)
# Names that some construct may not use, apart from those that begin with an underscore or the mark.
RESERVED = frozenset(UNBINDABLE) | DENIED_ATTRIBUTES
# What translation may read of ours, by calling it: in-place operators, and what hears of exceptions and registrations.
TYPE, OWN_CLASSES, VALUE, WRITTEN, TOLD, TELL, RUN, SET, UNSET, GLOBALS, SHOW = (
    PRIVATE_MARK + word
    for word in (
        'type',
        'G',
        'value',
        'x',
        'T',
        'tell',
        'run',
        'set',
        'unset',
        'globals',
        'show',
    )
)
# How variables begin that hold what `_write_`, or a test in its place, has answered.
HELD = PRIVATE_MARK + ':'
# All characters that are, or are normalised to, text that holds the mark.
_MARKS = PRIVATE_MARK, '\u0149'


def check_marks(tree, text):
    """Refuses a program, as parsed, that spells the mark in an identifier: whatever has one later, translation has named.

    Strings may hold it. Few texts have the character at all, and only those are looked through.
    """
    if _MARKS[0] not in text and _MARKS[1] not in text:
        return
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        for held in () if type(node) is ast.Constant else node.__dict__.values():
            for part in held if type(held) is list else (held,):
                if isinstance(part, ast.AST):
                    nodes.append(part)
                elif type(part) is str and PRIVATE_MARK in part:
                    raise Refused(f'the name `{part}` holds the mark of private names', node)


def check_binding(name, node=None):
    """Refuses `name` where a construct binds it for itself: a parameter, a type parameter, a declaration, a variable."""
    if name in GUARDS:
        raise Refused(f'`{name}` is the name of a guard', node)
    if name[:1] == PRIVATE_MARK:
        raise Refused(f'`{name}` is a name of the sandbox', node)
    if is_dunder(name) or name in UNBINDABLE:
        raise Refused(f'`{name}` cannot be bound here', node)


def check_member(name, node=None):
    """Refuses `name` where a class body binds it: it becomes an attribute, which must be one that a guest may name.

    A private name must be marked: unmarked, it could replace a private method of the library's in a derived class.
    """
    if name in GUARDS:
        raise Refused(f'`{name}` is the name of a guard', node)
    if is_dunder(name) or name in UNBINDABLE:
        raise Refused(f'`{name}` cannot be bound here', node)
    check_attribute(name, node)


def check_keyword(name, node):
    """Refuses `name` as an argument's: some callees make attributes of them (`SimpleNamespace(__globals__=d)`)."""
    if name in GUARDS:
        raise Refused(f'`{name}` is the name of a guard', node)
    # A special method's own name does no more as an argument's than as an attribute's that the program may write.
    if is_dunder(name) and name not in DEFINABLE_METHODS or name[:1] == PRIVATE_MARK:
        raise Refused(f'`{name}` cannot be the name of an argument', node)


_MOST_NORMALISED = 1_000


def check_parameter(name):
    """Refuses a string that is not exactly what an identifier in its place would be."""
    if (
        type(name) is not str
        or not name.isidentifier()
        or name in KEYWORDS
        or not name.isascii()
        # Normalising takes time that grows with the square of a name's combining marks.
        and (len(name) > _MOST_NORMALISED or normalize('NFKC', name) != name)
    ):
        raise Refused('a name in a string is not an identifier')
    if PRIVATE_MARK in name:
        raise Refused(f'the name `{name}` holds the mark of private names')


def check_attribute(name, node=None):
    """Refuses an attribute's name, as it is stored, that no program may have in any role."""
    if name[:1] == PRIVATE_MARK:
        plain = name[1:]
        if plain[:1] == '_' and plain not in UNRENAMED and not denied(plain):
            return
    elif denied(name):
        if name in JUDGED_ATTRIBUTES:
            return
    elif name[:1] != '_' or name in UNRENAMED or is_dunder(name):
        return
    if name in GUARDS:
        raise Refused(f'`{name}` is the name of a guard', node)
    raise Refused(f'the attribute `{name}` is not accessible', node)


def check_read(name, node=None):
    """The same where the interpreter reads the attribute itself, past every guard."""
    check_attribute(name, node)
    if judged(name):
        raise Refused(f'the attribute `{name}` can only be read through _getattr_', node)
