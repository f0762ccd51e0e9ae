"""`csv` for guests: dialects and the field limit are the module's, shared by everyone, so a guest only adds and raises."""

from ..sealed import __builtins__
import csv

PER_RUN = 'register_dialect', 'unregister_dialect'


def field_size_limit(new_limit=None, /):
    """The longest field accepted; `new_limit` raises it. Returns what it was."""
    if new_limit is not None and type(new_limit) is not int:
        raise TypeError('limit must be an integer')
    if new_limit is None or new_limit <= csv.field_size_limit():
        return csv.field_size_limit()
    return csv.field_size_limit(new_limit)


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


NAMES = {'field_size_limit': field_size_limit}
