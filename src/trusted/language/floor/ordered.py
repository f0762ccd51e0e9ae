"""`OrderedDict`: the one that `collections` has in Python, whose nodes nobody frees (gh-142637, gh-142734, gh-148660).

C code looks for a key, which runs its `__eq__`, and then takes the node that was there before. Where the two differ in what
a class that derives from it is asked for, this does as the one in C: it asks for nothing, and notices what moved meanwhile.
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


_contains, _value_of, _size = dict.__contains__, dict.__getitem__, dict.__len__


def _keys(ordered, ahead, back):
    """The keys in one direction. The next link is taken before a key is told, and is to lie there still."""
    root = ordered._OrderedDict__root
    link, size = getattr(root, ahead), _size(ordered)
    while link is not root:
        key, before, link = link.key, link, getattr(link, ahead)
        yield key
        if link is not root and (_size(ordered) != size or not _lies_by(link, back, before)):
            raise RuntimeError('OrderedDict mutated during iteration')


def _lies_by(link, back, before):
    try:
        return getattr(link, back) == before
    except ReferenceError:
        return False


def _iterate(ordered):
    """Implement iter(self)."""
    return _keys(ordered, 'next', 'prev')


def _iterate_back(ordered):
    """od.__reversed__() <==> reversed(od)"""
    return _keys(ordered, 'prev', 'next')


def _make_set_item(link_class, proxy):
    def __setitem__(self, key, value):
        """Set self[key] to value."""
        if not _contains(self, key):
            self._OrderedDict__map[key] = link = link_class()
            root = self._OrderedDict__root
            last = root.prev
            link.prev, link.next, link.key = last, root, key
            last.next = link
            root.prev = proxy(link)
        dict.__setitem__(self, key, value)

    __setitem__.__qualname__ = 'OrderedDict.__setitem__'
    return __setitem__


def _view(cls, of):
    """Has a view tell `of(ordered, key)` of each key."""

    def tell(keys):
        return lambda view: (of(view._mapping, key) for key in keys(view._mapping))

    cls.__iter__, cls.__reversed__ = tell(_iterate), tell(_iterate_back)


def apply(put):
    module, real = _in_python(), collections.OrderedDict
    ordered = module.OrderedDict
    ordered.__iter__, ordered.__reversed__ = _iterate, _iterate_back
    ordered.__setitem__ = _make_set_item(module._Link, module._proxy)
    _view(module._OrderedDictKeysView, lambda _, key: key)
    _view(module._OrderedDictValuesView, _value_of)
    _view(module._OrderedDictItemsView, lambda ordered, key: (key, _value_of(ordered, key)))
    for kind in 'Keys', 'Values', 'Items':
        _show_as(getattr(module, f'_OrderedDict{kind}View'), f'odict_{kind.lower()}')
    replace({real: ordered})
    typing.OrderedDict = typing._alias(ordered, 2)
