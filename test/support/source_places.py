"""Where `src/guest/sources.py`, or a text that is nearly it, says that places of a guarded text are."""

import json

_made = {}


def columns(module, text, edits, places):
    """The columns in bytes, each place as a start and as an end."""
    if module not in _made:
        _made[module] = namespace = {}
        exec(module.replace('from ..sealed import __builtins__\n', ''), namespace)
    # As the guest is told them, the text's line ends included.
    source = _made[module]['Source'](text.encode(), bytes.fromhex(edits), 0, False)
    return [
        source.column(line, column, is_start)
        for line, column in json.loads(places)
        for is_start in (True, False)
    ]
