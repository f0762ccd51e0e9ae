"""Values that cross as text: what is written of a date, a decimal and their kin, and what reads it again.

Types are compared by identity, and texts are made by the type's own methods: no code of the guest's runs. texts.ts is the
host's side.
"""

from .sealed import __builtins__
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

_numerator, _denominator = Fraction.numerator.fget, Fraction.denominator.fget
_uuid_int = UUID.__dict__['int'].__get__
_type = type


class NoData(Exception):
    """A value whose type crosses as text, and which has none: its parts are not what they were made to be."""


def _zone(value):
    """A tzinfo that is not one of these is the guest's, and would be called."""
    if value is not None and _type(value) is not timezone and _type(value) is not ZoneInfo:
        raise NoData


def _datetime(value):
    _zone(datetime.tzinfo.__get__(value))
    return datetime.isoformat(value)


def _time(value):
    _zone(time.tzinfo.__get__(value))
    return time.isoformat(value)


def _timedelta(value):
    days, seconds = timedelta.days.__get__(value), timedelta.seconds.__get__(value)
    total = (days * 86400 + seconds) * 10**6 + timedelta.microseconds.__get__(value)
    whole, part = divmod(abs(total), 10**6)
    return f'{"-" if total < 0 else ""}{whole}{f".{part:06d}".rstrip("0") if part else ""}'


def _digits(number):
    if _type(number) is not int or int.bit_length(number) > 14_000:
        raise NoData
    return int.__repr__(number)


def _uuid(value):
    number = _uuid_int(value)
    if _type(number) is not int:
        raise NoData
    digits = f'{number:032x}'
    return '-'.join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def by_id(table):
    """Keyed by id of the exact type, so that no metaclass is asked for a hash or for equality."""
    return {id(kind): value for kind, value in table.items()}


# A subclass of these is opaque: its methods would decide.
TEXTS = by_id(
    {
        datetime: _datetime,
        date: date.isoformat,
        time: _time,
        timedelta: _timedelta,
        Decimal: Decimal.__str__,
        Fraction: lambda x: f'{_digits(_numerator(x))}/{_digits(_denominator(x))}',  # pyright: ignore[reportOptionalCall]
        UUID: _uuid,
    }
)
READERS = {
    'datetime': datetime.fromisoformat,
    'date': date.fromisoformat,
    'time': time.fromisoformat,
    'timedelta': lambda text: _read_timedelta(*text.partition('.')),
    'Decimal': Decimal,
    'Fraction': Fraction,
    'complex': complex,
    'UUID': UUID,
}


def _read_timedelta(seconds, _, part):
    sign = -1 if seconds.startswith('-') else 1
    return timedelta(
        seconds=int(seconds), microseconds=sign * int(part.ljust(6, '0')) if part else 0
    )
