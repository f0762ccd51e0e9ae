"""`pprint` for guests: prints to the output of this run."""

from ..sealed import __builtins__
import pprint as real

from ..judges import read
from ..names import unmark
from ..output import writer
from .dataclasses import fields
from .types import MappingProxyType, SimpleNamespace

PER_RUN = 'pprint', 'pp'


def _namespace(self, object, stream, indent, allowance, context, level):
    kind = 'namespace' if type(object) is SimpleNamespace else type(object).__name__
    items = [(unmark(name), value) for name, value in object.__dict__.items()]
    stream.write(f'{kind}(')
    self._format_namespace_items(items, stream, indent + len(kind) + 1, allowance, context, level)
    stream.write(')')


def dataclass_lines(self, object, stream, indent, allowance, context, level):
    """What the real one writes for a dataclass, with its private names as the source spells them."""
    kind = type(object).__name__
    items = [(field.name, read(object, field.name)) for field in fields(object) if field.repr]
    stream.write(f'{kind}(')
    self._format_namespace_items(items, stream, indent + len(kind) + 1, allowance, context, level)
    stream.write(')')


# The real module knows classes by their `__repr__`; two of ours stand in the place of its own.
_dispatch = real.PrettyPrinter._dispatch
_dispatch[MappingProxyType.__repr__] = real.PrettyPrinter._pprint_mappingproxy
_dispatch[SimpleNamespace.__repr__] = _namespace


def names(run):
    def pprint(object, stream=None, *args, **options):
        """Prints `object` over as many lines as it needs."""
        real.pprint(object, run.stdout if stream is None else writer(stream), *args, **options)

    def pp(object, *args, sort_dicts=False, **options):
        """The same, dicts in their own order."""
        pprint(object, *args, sort_dicts=sort_dicts, **options)

    return {'pprint': pprint, 'pp': pp}
