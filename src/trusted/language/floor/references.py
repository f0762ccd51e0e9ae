"""Where the standard library holds a class that is replaced: it hands some of them to its callers, as `Counter.elements()` does."""

from ..sealed import __builtins__
import sys
from types import ModuleType

_OURS = __package__.partition('.')[0]


def replace(ours):
    """Puts `ours[cls]` for each class `cls` that a module of the standard library names."""
    for module in list(sys.modules.values()):
        if type(module) is ModuleType and module.__name__.partition('.')[0] != _OURS:
            for name, value in list(vars(module).items()):
                if isinstance(value, type) and value in ours:
                    setattr(module, name, ours[value])
