"""Makes a guest's interpreter full Python again: what the image takes away, for those that need not do without.

`SOFT` are the addresses of the classes that were not immutable before the image froze them. The image's facts tell where this array
lies, and thaw.ts clears the flag of each in memory. `Library` imports the standard library out of the archive that Pyodide ships, which the host puts into the
guest's memory; only stored and deflated members are read, which is all there are.
"""

from .sealed import __builtins__
import asyncio
import builtins
import importlib.machinery
import importlib.util
import marshal
import sys
import time
import zlib
from array import array
from struct import Struct

from . import hatch
from .loop import Loop

SOFT = array('I')
_END, _ENTRY, _HEADER = b'PK\5\6', Struct('<4s6xHxxxxxxxxLLHHH8xL'), Struct('<26xHH')
_DEFLATED = 8


class Library:
    """A finder and loader over the bytes of an archive."""

    def __init__(self, archive):
        self.archive, self.members = archive, {}
        end = archive.rindex(_END)
        count = int.from_bytes(archive[end + 10 : end + 12], 'little')
        at = int.from_bytes(archive[end + 16 : end + 20], 'little')
        for _ in range(count):
            _, method, size, _, name, extra, comment, offset = _ENTRY.unpack_from(archive, at)
            at += 46
            self.members[archive[at : at + name].decode()] = method, size, offset
            at += name + extra + comment

    def read(self, member):
        method, size, offset = self.members[member]
        name, extra = _HEADER.unpack_from(self.archive, offset)
        data = self.archive[offset + 30 + name + extra :][:size]
        return zlib.decompress(data, -15) if method == _DEFLATED else data

    def find_spec(self, name, path=None, target=None):
        base = name.replace('.', '/')
        for member in f'{base}/__init__.pyc', f'{base}.pyc', f'{base}/__init__.py', f'{base}.py':
            if member in self.members:
                spec = importlib.util.spec_from_loader(
                    name,
                    self,  # pyright: ignore[reportArgumentType]
                    is_package=member.startswith(f'{base}/'),
                )
                spec.loader_state = member
                return spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        member = module.__spec__.loader_state
        data = self.read(member)
        code = (
            marshal.loads(data[16:])
            if member.endswith('.pyc')
            else compile(data, f'<{member}>', 'exec', dont_inherit=True)
        )
        exec(code, module.__dict__)


class _Policy(asyncio.events._AbstractEventLoopPolicy):
    """What `asyncio.run` begins with: a loop that needs nothing of the system."""

    def __init__(self, make_loop):
        self.loop = None
        self.new_event_loop = make_loop

    def get_event_loop(self):
        if self.loop is None:
            raise RuntimeError('There is no current event loop.')
        return self.loop

    def set_event_loop(self, loop):
        self.loop = loop


def _run(main, *, debug=None, loop_factory=None):
    """`asyncio.run`. Pyodide's own would ask JavaScript for a loop."""
    with asyncio.Runner(debug=debug, loop_factory=loop_factory) as runner:
        return runner.run(main)


def make_full(archive, make_loop=Loop):
    """Gives the interpreter its importers, the library to import from, and the loops that `asyncio` makes."""
    sys.meta_path[:] = [
        importlib.machinery.BuiltinImporter,
        importlib.machinery.FrozenImporter,
        Library(archive),
    ]
    asyncio.events._set_event_loop_policy(_Policy(make_loop))
    asyncio.run = asyncio.runners.run = _run
    time.sleep = hatch.sleep


def module(name, source, filename):
    """A module of this source, in full Python."""
    made = type(sys)(name)
    made.__dict__['__builtins__'] = builtins
    sys.modules[name] = made
    exec(compile(source, filename, 'exec', dont_inherit=True), made.__dict__)
    return made
