"""`enum` for guests: the metaclass of enumerations, for `isinstance` and for `type(E)`, makes none by itself."""

from ..sealed import __builtins__
import enum

from ..kinds import veil

EnumType = veil(enum.EnumType)
NAMES = {'EnumType': EnumType, 'EnumMeta': EnumType}
