"""The time zones of the world, for every `zoneinfo` in the image: CPython takes them from the package `tzdata`, which is not there."""

import zoneinfo
from binascii import a2b_base64
from io import BytesIO
from zoneinfo import _common, _tzpath

from ..zones import ROWS

# key -> its TZif file.
ZONES = {}


def _read(rows):
    for row in rows:
        *keys, data = row.split(' ')
        data = a2b_base64(data)
        ZONES.update((key, data) for key in keys)


def _load_tzdata(key):
    """As `zoneinfo._common.load_tzdata`."""
    if key not in ZONES:
        raise zoneinfo.ZoneInfoNotFoundError(f'No time zone found with key {key}')
    return BytesIO(ZONES[key])


def available_timezones():
    """The keys of the zones there are."""
    return set(ZONES)


_read(ROWS)
_common.load_tzdata = _load_tzdata
zoneinfo.available_timezones = _tzpath.available_timezones = available_timezones
available_timezones.__module__ = 'zoneinfo'
