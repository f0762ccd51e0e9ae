"""`abc` for guests: `abstractmethod` sets an attribute on what it decorates, so it takes what is the guest's own."""

from ..sealed import __builtins__
import abc

from ..kinds import veil
from ..metaclasses import METACLASSES, AbstractKind, derivable
from ..writing import writable


def abstractmethod(funcobj):
    """Marks a method that concrete subclasses must define."""
    if not writable(funcobj) and type(funcobj) not in (classmethod, staticmethod):
        raise TypeError('abstractmethod() decorates methods defined here')
    return abc.abstractmethod(funcobj)


ABCMeta = veil(abc.ABCMeta)
METACLASSES[ABCMeta] = abc.ABCMeta
derivable(ABCMeta, AbstractKind)
NAMES = {'abstractmethod': abstractmethod, 'ABCMeta': ABCMeta}
