"""`csv` for guests: dialects are the module's, so a guest adds to them and takes away what it added."""

from ..sealed import __builtins__
import csv

PER_RUN = 'register_dialect', 'unregister_dialect'


def names(run):
    mine = set()

    def register_dialect(name, /, dialect='excel', **options):
        """Names a dialect for this program."""
        if not isinstance(name, str):
            raise TypeError('dialect name must be a string')
        name = str.__str__(name)
        if name in csv.list_dialects() and name not in mine:
            raise csv.Error(f'the dialect {name!r} belongs to everybody: register another name')
        csv.register_dialect(name, dialect, **options)
        mine.add(name)

    def unregister_dialect(name, /):
        """Forgets a dialect this program named."""
        if type(name) is not str or name not in mine:
            raise csv.Error('unknown dialect')
        mine.remove(name)
        csv.unregister_dialect(name)

    return {'register_dialect': register_dialect, 'unregister_dialect': unregister_dialect}
