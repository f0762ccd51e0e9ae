"""`zoneinfo` for guests: UTC, the one zone that needs no database. Keys are exact strings: the real class keeps each."""

from ..sealed import __builtins__
import zoneinfo
from io import BytesIO
from struct import pack

from ..kinds import veil

_BLOCK = pack('>4sc15x6l', b'TZif', b'2', 0, 0, 0, 0, 1, 4) + pack('>lbb4s', 0, 0, 0, b'UTC\0')
_ZONES = {
    key: zoneinfo.ZoneInfo.from_file(BytesIO(_BLOCK + _BLOCK + b'\nUTC0\n'), key=key)
    for key in ('UTC', 'Etc/UTC', 'GMT', 'Etc/GMT', 'Zulu')
}


def _zone(key):
    if type(key) is not str:
        raise TypeError(f'the key of a time zone must be a string, not {type(key).__name__!r}')
    if key not in _ZONES:
        raise zoneinfo.ZoneInfoNotFoundError(
            f'No time zone found with key {key!r}: there is no time zone database here, only UTC; for a fixed offset use '
            f'datetime.timezone(datetime.timedelta(hours=...))'
        )
    return _ZONES[key]


def available_timezones():
    """The keys of the zones there are."""
    return set(_ZONES)


NAMES = {'ZoneInfo': veil(zoneinfo.ZoneInfo, _zone), 'available_timezones': available_timezones}
