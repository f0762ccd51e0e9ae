"""`abc` for guests: `abstractmethod` sets an attribute on what it decorates, so it takes what is the guest's own."""

from ..sealed import __builtins__
import abc

from ..classes import METACLASSES
from ..writing import writable
from ..kinds import veil


def abstractmethod(funcobj):
    """Marks a method that concrete subclasses must define."""
    if not writable(funcobj) and type(funcobj) not in (classmethod, staticmethod):
        raise TypeError('abstractmethod() decorates methods defined here')
    return abc.abstractmethod(funcobj)


ABCMeta = veil(abc.ABCMeta)
METACLASSES[ABCMeta] = abc.ABCMeta
NAMES = {'abstractmethod': abstractmethod, 'ABCMeta': ABCMeta}
