"""`warnings` for guests: filters of their own, and text to their own stderr."""

from ..sealed import __builtins__
import re
import sys
import warnings
from contextlib import AbstractContextManager

from ..guest.alarms import place
from ..guest.sources import line_of, source_of
from ..ownership import is_class, mro_of

PER_RUN = 'catch_warnings filterwarnings resetwarnings simplefilter warn'.split()
_ACTIONS = frozenset('default error ignore always all module once'.split())
_DEFAULTS = [
    ('ignore', None, kind, 0)
    for kind in (PendingDeprecationWarning, ImportWarning, ResourceWarning)
]


def _is_warning(category):
    return is_class(category) and Warning in mro_of(category)


def formatwarning(message, category, filename, lineno, line=None):
    """The text of a warning."""
    if line is None:
        line = line_of(filename, lineno)
    return f'{filename}:{lineno}: {category.__name__}: {message}\n' + (
        f'  {line.strip()}\n' if line else ''
    )


# CPython's own filters, by which its code and the library's warn before a program has others.
_REAL = list(warnings.filters)


class State:
    """The filters of a run, what was shown once, and where warnings are recorded, if they are."""

    def __init__(self):
        self.filters, self.shown, self.log = list(_DEFAULTS), set(), None

    def changed(self):
        """From now on CPython's own filters let all through to these, or again what they did in the beginning."""
        warnings.resetwarnings()
        if self.filters == _DEFAULTS:
            warnings.filters[:] = _REAL  # pyright: ignore[reportIndexIssue]
        else:
            warnings.simplefilter('always')

    def add(self, action, message, category, lineno, append):
        if type(action) is not str or action not in _ACTIONS:
            raise ValueError(f'invalid action: {action!r}')
        if not _is_warning(category):
            raise TypeError('category must be a Warning subclass')
        entry = action, message, category, lineno
        self.filters.insert(len(self.filters) if append else 0, entry)
        self.changed()

    def action(self, text, category, lineno, otherwise='default'):
        for action, message, kind, line in self.filters:
            if (
                (message is None or message.match(text))
                and kind in mro_of(category)
                and line in (0, lineno)
            ):
                return action
        return otherwise


class CatchWarnings(AbstractContextManager):
    """While entered, changes to the filters are forgotten at the end; with `record`, warnings go to a list."""

    def __init__(self, state, record, simple):
        self._state, self._record, self._simple, self._before = state, record, simple, None

    def __enter__(self):
        if self._before is not None:
            raise RuntimeError('Cannot enter catch_warnings twice')
        state = self._state
        self._before = state.filters, state.log
        state.filters = list(state.filters)
        if self._record:
            state.log = []
        if self._simple is not None:
            state.add(*self._simple)
        return state.log if self._record else None

    def __exit__(self, kind, error, trace):
        self._state.filters, self._state.log = self._before
        self._before = None
        self._state.changed()


def names(run):
    state = State()

    def where(stacklevel):
        """File and line of the guest's frame that many levels up."""
        frame, found = sys._getframe(2), ('<program>', 1)
        while frame is not None and stacklevel > 0:
            if frame.f_builtins is run.builtins:
                file = frame.f_code.co_filename
                source = source_of(file)
                found = file, frame.f_lineno + (0 if source is None else source.before)
                stacklevel -= 1
            frame = frame.f_back
        return found

    def warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=()):
        """Issues a warning: shown once for each line, raised, or ignored, as the filters say."""
        if isinstance(message, Warning):
            category, text = type(message), str(message)
        else:
            category, text = category or UserWarning, message
            if not _is_warning(category):
                raise TypeError(
                    f"category must be a Warning subclass, not '{type(category).__name__}'"
                )
            message = category(message)
        filename, lineno = where(stacklevel)
        issue(message, str(text), category, filename, lineno)

    def issue(message, text, category, filename, lineno, otherwise='default'):
        action = state.action(text, category, lineno, otherwise)
        if action == 'ignore':
            return
        if action == 'error':
            raise message
        key = (text, category, 0 if action in ('once', 'module') else lineno)
        if action not in ('always', 'all'):
            if key in state.shown:
                return
            state.shown.add(key)
        if state.log is not None:
            state.log.append(warnings.WarningMessage(message, category, filename, lineno))
        else:
            run.stderr.write(formatwarning(text, category, filename, lineno))

    def hear(told):
        """What CPython's own code warns of, and the library's, which deprecates what it uses itself."""
        place(told)
        source = source_of(told.filename)
        is_of_program = source is not None or not told.filename.startswith('/lib/')
        otherwise = 'default' if is_of_program else 'ignore'
        lineno = told.lineno + (0 if source is None else source.before)
        issue(told.message, str(told.message), told.category, told.filename, lineno, otherwise)

    warnings._showwarnmsg = hear  # pyright: ignore[reportAttributeAccessIssue]

    def simplefilter(action, category=Warning, lineno=0, append=False):
        """A filter for every warning of a category."""
        state.shown.clear()
        state.add(action, None, category, lineno, append)

    def filterwarnings(action, message='', category=Warning, module='', lineno=0, append=False):
        """A filter for warnings whose text begins as the pattern `message` says."""
        state.shown.clear()
        state.add(action, re.compile(message, re.I) if message else None, category, lineno, append)

    def resetwarnings():
        """Forgets all filters."""
        state.filters = []
        state.changed()

    def catch_warnings(
        *, record=False, module=None, action=None, category=Warning, lineno=0, append=False
    ):
        """A context manager that restores the filters, and records the warnings if asked to."""
        return CatchWarnings(
            state, record, None if action is None else (action, None, category, lineno, append)
        )

    made = locals()
    return {name: made[name] for name in PER_RUN}


NAMES = {'formatwarning': formatwarning}
