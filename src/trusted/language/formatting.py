"""`str.format` and `str.format_map` for guests: attribute and item fields go through the guards' read, not the interpreter's.

Promise: same text, same exceptions as CPython's, save that a field may not name what `getattr` refuses. A template without
attribute or item fields is CPython's own business and is handed to it; the others are rendered here, field by field.
"""

from .sealed import __builtins__
from _string import formatter_field_name_split, formatter_parser  # pyright: ignore[reportMissingImports]

_format, _format_map = str.format, str.format_map
_exact, _join = str.__str__, ''.join
_CONVERSIONS = {'r': repr, 's': str, 'a': ascii}
# Templates known to hold neither kind of field; emptied when full, so that a guest cannot make it grow.
_plain = set()


def _is_plain(template):
    """Whether no field of `template` reads an attribute or an item. Malformed text raises what CPython raises."""
    for _, name, spec, _ in formatter_parser(template):
        if name is not None and ('.' in name or '[' in name or '{' in spec and not _is_plain(spec)):
            return False
    return True


def known_plain(template):
    """Whether `template`, an exact string, is one that CPython may format itself."""
    if template in _plain:
        return True
    if not _is_plain(template):
        return False
    if len(_plain) > 500:
        _plain.clear()
    if len(template) < 1000:
        _plain.add(template)
    return True


def make_format(read):
    """The guest's `str.format` and `str.format_map`; `read(object, name)` is the guarded attribute read."""

    def field(name, args, fields, numbering):
        first, rest = formatter_field_name_split(name)
        if first == '':
            if numbering[0] is False:
                raise ValueError(
                    'cannot switch from manual field specification to automatic field numbering'
                )
            numbering[0], first = True, numbering[1]
            numbering[1] += 1
        elif type(first) is int:
            if numbering[0]:
                raise ValueError(
                    'cannot switch from automatic field numbering to manual field specification'
                )
            numbering[0] = False
        if type(first) is int:
            if args is None:
                raise ValueError('Format string contains positional fields')
            if first >= len(args):
                raise IndexError(
                    f'Replacement index {first} out of range for positional args tuple'
                )
            value = args[first]
        else:
            value = fields[first]
        for is_attribute, key in rest:
            value = read(value, key) if is_attribute else value[key]
        return value

    def render(template, args, fields, numbering, depth):
        if depth <= 0:
            raise ValueError('Max string recursion exceeded')
        pieces = []
        for literal, name, spec, conversion in formatter_parser(template):
            pieces.append(literal)
            if name is None:
                continue
            value = field(name, args, fields, numbering)
            if conversion is not None:
                if conversion not in _CONVERSIONS:
                    raise ValueError(f'Unknown conversion specifier {conversion}')
                value = _CONVERSIONS[conversion](value)
            if '{' in spec:
                spec = render(spec, args, fields, numbering, depth - 1)
            pieces.append(format(value, spec))
        return _join(pieces)

    def safe_format(*args, **kwargs):
        if not args or not isinstance(args[0], str):
            raise TypeError(
                f"descriptor 'format' for 'str' objects doesn't apply to a {type(args[0]).__name__!r} object"
                if args
                else 'unbound method str.format() needs an argument'
            )
        template = _exact(args[0])
        if known_plain(template):
            return _format(template, *args[1:], **kwargs)
        return render(template, args[1:], kwargs, [None, 0], 2)

    def safe_format_map(template, mapping, /):
        if not isinstance(template, str):
            raise TypeError(
                f"descriptor 'format_map' for 'str' objects doesn't apply to a {type(template).__name__!r} object"
            )
        template = _exact(template)
        return (
            _format_map(template, mapping)
            if known_plain(template)
            else render(template, None, mapping, [None, 0], 2)
        )

    safe_format.__name__, safe_format.__qualname__ = 'format', 'str.format'
    safe_format_map.__name__, safe_format_map.__qualname__ = 'format_map', 'str.format_map'
    return safe_format, safe_format_map
