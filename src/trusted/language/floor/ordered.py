"""`OrderedDict`: the one that `collections` has in Python, whose nodes nobody frees (gh-142637, gh-142734, gh-148660).

C code looks for a key, which runs its `__eq__`, and then takes the node that was there before.
"""

from ..sealed import __builtins__
import collections
import importlib.util
import sys
import types
import typing

from .references import replace


def _in_python():
    """The class of collections/__init__.py that the one in C replaces."""
    spec = importlib.util.find_spec('collections')
    module = types.ModuleType('collections')
    module.__path__ = collections.__path__
    real = sys.modules['_collections']
    sys.modules['_collections'] = stub = types.ModuleType('_collections')
    vars(stub).update({name: value for name, value in vars(real).items() if name != 'OrderedDict'})
    try:
        exec(spec.loader.get_code('collections'), vars(module))
    finally:
        sys.modules['_collections'] = real
    for cls in (
        module._OrderedDictKeysView,
        module._OrderedDictItemsView,
        module._OrderedDictValuesView,
    ):
        vars(module)[cls.__name__] = cls
    return module


def _show_as(cls, name):
    def __repr__(self):
        return f'{name}({list(self)})'

    cls.__repr__ = __repr__
    cls.__name__ = cls.__qualname__ = name


def apply(put):
    module, real = _in_python(), collections.OrderedDict
    ordered = module.OrderedDict
    for kind in 'Keys', 'Values', 'Items':
        _show_as(getattr(module, f'_OrderedDict{kind}View'), f'odict_{kind.lower()}')
    replace({real: ordered})
    typing.OrderedDict = typing._alias(ordered, 2)
