"""Of whose an object is, full Python asks nothing. What reads exceptions needs the order of a class's bases."""

from .sealed import __builtins__

mro_of = type.__dict__['__mro__'].__get__


def note_remote(cls):
    """A class that stands for objects of the host's is like any other."""
