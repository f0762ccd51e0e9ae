"""`warnings` as guest code: the program's own filters, by which it is also told what CPython's code and the library warn of."""

import re
import sys

_ACTIONS = {'default', 'error', 'ignore', 'always', 'all', 'module', 'once'}
_DEFAULTS = [
    ('ignore', None, kind, 0)
    for kind in (PendingDeprecationWarning, ImportWarning, ResourceWarning)
]
_filters = list(_DEFAULTS)
# What was shown once, and where warnings are recorded, if they are.
_shown, _log = set(), None


def _is_warning(category):
    return isinstance(category, type) and issubclass(category, Warning)


def _add(action, message, category, lineno, append):
    if type(action) is not str or action not in _ACTIONS:
        raise ValueError(f'invalid action: {action!r}')
    if not _is_warning(category):
        raise TypeError('category must be a Warning subclass')
    if not isinstance(lineno, int) or lineno < 0:
        raise ValueError('lineno must be an int >= 0')
    _shown.clear()
    _filters.insert(len(_filters) if append else 0, (action, message, category, lineno))
    _changed(False)


def _use(filters, log):
    global _filters, _log
    _filters, _log = filters, log
    _changed(filters == _DEFAULTS)


def simplefilter(action, category=Warning, lineno=0, append=False):
    """A filter for every warning of a category."""
    _add(action, None, category, lineno, append)


def filterwarnings(action, message='', category=Warning, module='', lineno=0, append=False):
    """A filter for warnings whose text begins as the pattern `message` says."""
    if not isinstance(message, str):
        raise TypeError('message must be a string')
    _add(action, re.compile(message, re.I) if message else None, category, lineno, append)


def resetwarnings():
    """Forgets all filters."""
    _use([], _log)


class catch_warnings:
    """While entered, changes to the filters are forgotten at the end; with `record`, warnings go to a list."""

    def __init__(
        self, *, record=False, module=None, action=None, category=Warning, lineno=0, append=False
    ):
        self._record, self._before, self._entered = record, None, False
        self._simple = None if action is None else (action, category, lineno, append)

    def __enter__(self):
        if self._entered:
            raise RuntimeError('Cannot enter catch_warnings() twice')
        self._before, self._entered = (_filters, _log), True
        log = [] if self._record else None
        _use(list(_filters), log if self._record else _log)
        if self._simple is not None:
            simplefilter(*self._simple)
        return log

    def __exit__(self, *exc_info):
        if self._before is None:
            raise RuntimeError('Cannot exit catch_warnings() without entering first')
        _use(*self._before)
        self._before = None


def formatwarning(message, category, filename, lineno, line=None):
    """The text of a warning."""
    if line is None:
        line = line_of(filename, lineno)
    return f'{filename}:{lineno}: {category.__name__}: {message}\n' + (
        f'  {line.strip()}\n' if line else ''
    )


def _issue(message, category, filename, lineno, action='default'):
    text = str(message)
    for one, pattern, kind, line in _filters:
        if (
            (pattern is None or pattern.match(text))
            and issubclass(category, kind)
            and line in (0, lineno)
        ):
            action = one
            break
    if action == 'ignore':
        return
    if action == 'error':
        raise message
    if action not in ('always', 'all'):
        key = text, category, 0 if action in ('once', 'module') else lineno
        if key in _shown:
            return
        _shown.add(key)
    if _log is not None:
        _log.append(_WarningMessage(message, category, filename, lineno))
    else:
        sys.stderr.write(formatwarning(text, category, filename, lineno))


def warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=()):
    """Issues a warning: shown once for each line, raised, or ignored, as the filters say."""
    if isinstance(message, Warning):
        category = type(message)
    else:
        category = category or UserWarning
        if not _is_warning(category):
            raise TypeError(f"category must be a Warning subclass, not '{type(category).__name__}'")
        message = category(message)
    filename, lineno, _ = caller(stacklevel)
    _issue(message, category, filename, lineno)


_listen(_issue)
