"""`Counter.update`: elements are counted in a dict of its own, where no counter's value can be freed (gh-143004)."""

from ..sealed import __builtins__
import collections

_count = collections._count_elements


def _count_elements(mapping, iterable):
    """Count elements from the iterable, updating the mapping."""
    counted = {}
    try:
        _count(counted, iterable)
    finally:
        get = mapping.get
        for element, times in counted.items():
            value = get(element, 0)
            if type(value) is int:
                mapping[element] = value + times
            else:
                for _ in range(times):
                    value = value + 1
                mapping[element] = value


def apply(put):
    collections._count_elements = _count_elements
