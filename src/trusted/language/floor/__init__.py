"""The floor: known memory bugs of the interpreter, closed before anything of it is shown.

CPython 3.14.2 frees memory that it still uses where a method of a guest's (`__index__`, `__eq__`, `__len__`) changes the
object that called it. Each file here replaces the methods of one kind of C class by ones that give C code exact values,
keep what it borrows alive, or refuse the change in between. A program that does not attack sees no difference.
known-bugs.ts lists every bug with the fixture that shows it. What is not known to us is not closed: what must not be read
stands in another memory.
"""

from ..sealed import __builtins__
from . import (
    aliases,
    arrays,
    buffers,
    counting,
    dates,
    decimals,
    encoding,
    groups,
    identity,
    iterators,
    mappings,
    ordered,
    partials,
    readers,
    sets,
)

_PARTS = (
    aliases,
    arrays,
    buffers,
    decimals,
    counting,
    dates,
    mappings,
    sets,
    readers,
    ordered,
    partials,
    iterators,
    encoding,
    groups,
    identity,
)


def apply(put):
    """Closes everything. `put(cls, name, value)` replaces a method of a class written in C (slots.py)."""
    for part in _PARTS:
        part.apply(put)
