"""Exception groups: `split` is no attribute that an instance can have of its own (CVE-2025-22153 and kin).

`except*` calls `split` of the group that is raised, and takes what is in the pair it answers for exceptions, without a look.
A descriptor that can be set goes before whatever an instance holds. Classes of groups cannot define it (classes.py).
"""

from ..sealed import __builtins__

_split = BaseExceptionGroup.__dict__['split']


class _Fixed:
    """The method, read-only."""

    __slots__ = ()
    __doc__ = _split.__doc__

    def __get__(self, group, owner=None):
        return _split.__get__(group, owner)

    def __set__(self, group, value):
        raise AttributeError(f"'{type(group).__name__}' object attribute 'split' is read-only")


def apply(put):
    put(BaseExceptionGroup, 'split', _Fixed())
