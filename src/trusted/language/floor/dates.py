"""`date.ctime()`: a date made of bytes may have the year 0, whose weekday C code looks up before its table of names."""

from ..sealed import __builtins__
from datetime import date, datetime


def apply(put):
    for cls in date, datetime:
        put(cls, 'ctime', _checked(vars(cls)['ctime']))


def _checked(method, year=vars(date)['year'].__get__):
    def ctime(self, /):
        """Return ctime() style string."""
        if year(self) < 1:
            raise ValueError(f'year must be in 1..9999, not {year(self)}')
        return method(self)

    return ctime
