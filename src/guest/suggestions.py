"""What CPython adds to a traceback's last line: the name that was probably meant, or the module that was not imported.

Reads names only: no attribute of a guest's object is asked for, and no name is told that a guest could not write.
"""

from ..sealed import __builtins__
import sys
from _suggestions import _generate_suggestions  # pyright: ignore[reportMissingImports]

from ..language import GUARDS
from ..names import PRIVATE_MARK, unmark
from ..spaces import VIEWS, Globals

_name_of = {
    NameError: NameError.__dict__['name'].__get__,
    AttributeError: AttributeError.__dict__['name'].__get__,
}
_object_of = AttributeError.__dict__['obj'].__get__
_traceback = BaseException.__dict__['__traceback__'].__get__
# As many names are compared; CPython gives up at 750, too.
_MOST_NAMES = 750
# Among CPython's builtins, too, and keywords that no guest's dict needs.
_CONSTANTS = 'True', 'False', 'None'


def _missing(error):
    """The class of `error` and the name that it says is missing; None for an error that names none."""
    for kind in _name_of:
        if isinstance(error, kind):
            name = _name_of[kind](error)
            name = unmark(name) if type(name) is str else ''
            return (kind, name) if name.isidentifier() else None
    return None


def meant(error, is_own):
    """The name that was probably meant, or None. `is_own` tells the frames of the guest's code."""
    missing = _missing(error)
    return missing and _names(error, missing[1], missing[0], is_own)


def suggestion(error, is_own):
    """What to add to the text of `error`: '' or a sentence."""
    missing = _missing(error)
    if missing is None:
        return ''
    kind, name = missing
    found = _names(error, name, kind, is_own)
    said = f". Did you mean: '{found}'?" if found else ''
    if kind is NameError and name in sys.stdlib_module_names:
        said += f'{" Or did" if said else ". Did"} you forget to import {name!r}?'
    return said


def _names(error, name, kind, is_own):
    frame = _last_frame(error, is_own)
    here = {} if frame is None else _dict(frame.f_locals)
    if kind is AttributeError:
        known = _dir(_object_of(error))
        if name[:1] != '_' and ('self' not in here or here['self'] is not _object_of(error)):
            known = [each for each in known if each[:1] != '_']
    elif frame is None:
        return None
    else:
        if 'self' in here and name in _dir(here['self']):
            return f'self.{name}'
        known = _written([*here, *_dict(frame.f_globals), *frame.f_builtins, *_CONSTANTS])
    if len(known) > _MOST_NAMES:
        return None
    return _generate_suggestions(sorted(set(known)), name)


def _dict(held):
    """What a frame has for locals or globals; of a mapping of the program's, nothing is asked for."""
    if type(held) is Globals or type(held) in VIEWS:
        held = held.given
        return dict(held) if dict in type(held).__mro__ else {}
    return dict(held)


def _dir(x):
    try:
        return _written(object.__dir__(x) if not isinstance(x, type) else type.__dir__(x))
    except Exception:
        return []


def _written(names):
    """Those of `names` that a source may have, as it has them."""
    told = [unmark(each) for each in names if type(each) is str and each not in GUARDS]
    return [each for each in told if PRIVATE_MARK not in each and each[:2] != '__']


def _last_frame(error, is_own):
    found, traceback = None, _traceback(error)
    while traceback is not None:
        if is_own(traceback.tb_frame):
            found = traceback.tb_frame
        traceback = traceback.tb_next
    return found
