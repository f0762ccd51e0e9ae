"""What a run of full Python begins with: CPython's own builtins, the module `__main__` for its globals, and an importer of the
modules that the host gives.
"""

from .sealed import __builtins__
import builtins
import importlib
import importlib.util
import linecache
import sys

from .guest.own import begin
from .modules import NETWORK_MODULES
from .sockets import give_network

# Modules that print when they are imported: an expression that names one means something else.
_LOUD = {'this', 'antigravity'}


class Own:
    """The host's own modules, as real modules. `source` is what guest/own.py makes of them."""

    def __init__(self, source):
        self.source, self.names = source, source.names

    def find_spec(self, name, path=None, target=None):
        if name not in self.names:
            return None
        is_package = any(other.startswith(f'{name}.') for other in self.names)
        return importlib.util.spec_from_loader(name, self, is_package=is_package)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        namespace = vars(module)
        namespace |= self.source._granted
        begin(namespace)
        self.source._execute(module.__name__, namespace)

    def entire(self, name):
        """The module or package, with all that are in it."""
        for other in sorted(self.names):
            if other.startswith(f'{name}.'):
                importlib.import_module(other)
        return importlib.import_module(name)


class Run:
    """One run. `stdout` and `stderr` are where its text goes now."""

    stdout = property(lambda self: sys.stdout)
    stderr = property(lambda self: sys.stderr)

    __slots__ = ('_own', 'builtins', 'importable', 'state', 'scope')

    def __init__(self):
        self._own = None
        self.builtins = vars(builtins)
        # What an expression may name without having imported it.
        self.importable = sys.stdlib_module_names - _LOUD
        self.state = {}
        self.scope = vars(sys.modules['__main__'])

    @property
    def own(self):
        """The host's own modules, None before they are given."""
        return self._own

    @own.setter
    def own(self, source):
        self._own = Own(source)
        sys.meta_path.insert(0, self._own)

    def tell_source(self, filename, text, edits=b'', before=0, is_body=False):
        """What tracebacks, `inspect` and `pdb` read as the text of a file."""
        source = text.decode()
        linecache.cache[filename] = len(source), None, source.splitlines(keepends=True), filename


def make_run(policy):
    """A fresh run. A policy cannot narrow what full Python has."""
    grants = policy.get('modules') or ()
    if 'network' in grants.split() if type(grants) is str else NETWORK_MODULES.keys() & set(grants):
        give_network()
    return Run()
