"""`sys` for guests: facts of the interpreter, the output of this run, and limits within those of the policy."""

from ..sealed import __builtins__
import sys
from operator import index

from ..code_objects import _getframe
from ..guest.given import given
from ..guest.own import Module
from ..describe import MARKED, spell
from ..kinds import type_of
from ..modules import WRITTEN
from ..output import reader, writer

PER_RUN = 'argv modules stdin stdout stderr setrecursionlimit getrecursionlimit'.split()


def exception():
    """The exception being handled, which tells private names as they were written."""
    error = sys.exception()
    if type(error) in MARKED:
        spell(error)
    return error


def exc_info():
    """The exception being handled: its class, itself, and its traceback."""
    error = exception()
    return (None, None, None) if error is None else (type_of(error), error, error.__traceback__)


def names(run):
    def getrecursionlimit():
        """How deep calls may nest."""
        return sys.getrecursionlimit() - run.state.get('frames', 0)

    def setrecursionlimit(limit, /):
        """As far as the policy says; what is more is as much."""
        limit = index(limit)
        if limit < 1:
            raise ValueError('recursion limit must be greater or equal than 1')
        sys.setrecursionlimit(
            min(limit, run.state.get('most', getrecursionlimit())) + run.state.get('frames', 0)
        )

    def put_argv(value):
        if type(value) is not list:
            raise TypeError('sys.argv must be a list')
        run.state['argv'] = value

    def put_stdin(file):
        sys.stdin = reader(file)

    def put_stdout(file):
        run.stdout = writer(file)

    def put_stderr(file):
        run.stderr = writer(file)

    def modules():
        """Modules that are there without being asked for, those that were imported, and the program itself."""
        if (held := run.state.get('modules')) is None:
            held = run.state['modules'] = {}
            for name in run.grants:
                if name in sys.modules and name not in WRITTEN:
                    held[name] = run.load(name)
            held['__main__'] = main = Module()
            Module.__dict__['__dict__'].__set__(main, run.scope)
        if run.own is not None:
            held.update(run.own.loaded)
        return held

    return {
        '_live': {
            '_getframe': (lambda: _getframe, None),
            'modules': (modules, None),
            'argv': (lambda: run.state.get('argv', given.argv), put_argv),
            'stdin': (lambda: sys.stdin, put_stdin),
            'stdout': (lambda: run.stdout, put_stdout),
            'stderr': (lambda: run.stderr, put_stderr),
            '__stdin__': (lambda: given.stdin, None),
            '__stdout__': (lambda: run.streams[0], None),
            '__stderr__': (lambda: run.streams[1], None),
        },
        'setrecursionlimit': setrecursionlimit,
        'getrecursionlimit': getrecursionlimit,
    }


NAMES = {
    'exc_info': exc_info,
    'exception': exception,
    # Where programs and their modules would be, were there files.
    'path': [''],
    'executable': '',
}
