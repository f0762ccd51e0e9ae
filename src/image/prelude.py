"""Puts the guest together inside stock Pyodide; its memory is the image.

Runs once, at build time. Imports what facets may show and what trusted code needs, loads the package `pyrestrict`, and
then takes away every way back: bridges to JavaScript, importers, paths. The value of the last expression tells the
builder where the entry is and which classes to freeze.
"""

import importlib, io, os, sys

_SOURCE = '/pyrestrict-source'
sys.dont_write_bytecode = True

sys.path.insert(0, _SOURCE)

_BARE = os.path.exists(f'{_SOURCE}/pyrestrict/bare.py')
# The image of `language: 'full'`: CPython as it is.
_FULL = os.path.exists(f'{_SOURCE}/pyrestrict/interpreter.py')
# Before anything that the floor replaces is taken into use. Only variants of the image for tests do without.
_UNCLOSED = os.path.exists(f'{_SOURCE}/pyrestrict/unclosed.py')
if not _BARE and not _FULL and not _UNCLOSED:
    import ctypes, pyrestrict.floor, pyrestrict.floor.slots

    def _modified(cls, api=ctypes.pythonapi, wrap=ctypes.py_object):
        api.PyType_Modified(wrap(cls))

    pyrestrict.floor.apply(pyrestrict.floor.slots.make_put(ctypes.c_uint32.from_address, _modified))
    del _modified, ctypes

# What trusted code uses, and codecs, which load lazily and could not be loaded later.
import _ast_unparse, _colorize, _strptime, ast, asyncio, fcntl, gc, json, linecache, marshal, opcode, symtable, tokenize, traceback

# The interpreter's C code imports it for divisions of large integers and for their text.
import _pylong
import encodings, pkgutil

for _name in sorted(found.name for found in pkgutil.iter_modules(encodings.__path__)):
    # The two that only Windows has.
    if _name not in ('mbcs', 'oem', '_win_cp_codecs'):
        importlib.import_module(f'encodings.{_name}')

# `tarfile`, `tempfile` and `weakref` import these where they need them.
import atexit, bz2, gzip, lzma
import contextvars, inspect, annotationlib, itertools, locale, importlib.machinery, importlib.util, zlib

import pyrestrict.modules, pyrestrict.guest.time_zones

# What facets show. A module of the table that does not exist fails the build.
for _name in sorted(pyrestrict.modules.MODULES | pyrestrict.modules.FILE_MODULES):
    importlib.import_module(_name)

# Whole lines to the host at once, so that a guest that is ended has told what it printed; the rest when a call ends.
for _name, _fd, _errors in ('stdout', 1, 'strict'), ('stderr', 2, 'backslashreplace'):
    _file = io.BufferedWriter(io.FileIO(_fd, 'wb', closefd=False))
    setattr(
        sys, _name, io.TextIOWrapper(_file, 'utf-8', _errors, newline='\n', line_buffering=True)
    )
    setattr(sys, f'__{_name}__', getattr(sys, _name))
sys.stdin = sys.__stdin__ = None

_BRIDGES = [
    'js',
    'pyodide_js',
    '_pyodide_core',
    'pyodide',
    '_pyodide',
    'webbrowser',
    'ctypes',
    '_ctypes',
    'socket',
    '_socket',
]
if _BARE:
    import ctypes, pathlib, socket, pyrestrict.bare

    _BRIDGES = []
    _entry, _cover = pyrestrict.bare._entry, gc.collect
elif _FULL:
    import pyrestrict.main, pyrestrict.interpreter, pyrestrict.full

    _entry, _cover, _make = pyrestrict.main._entry, gc.collect, pyrestrict.interpreter.make
    with open(os.__file__.partition('.zip')[0] + '.zip', 'rb') as _file:
        _archive = _file.read()
else:
    import pyrestrict.main

    _entry = pyrestrict.main._entry
    _cover = pyrestrict.floor.identity.cover
    if _UNCLOSED:
        pyrestrict.builtins._PERMITTED['id'] = id


def _forget_bridges():
    """Removes what only Pyodide's JavaScript can serve. Their C code stays in the wasm, and its imports trap."""
    for name in list(sys.modules):
        if name.partition('.')[0] in _BRIDGES:
            del sys.modules[name]
    asyncio.events._set_running_loop(None)
    asyncio.events._set_event_loop_policy(None)


def _forget_importers():
    """Nothing can be imported any more that is not loaded: there is no file system to look in anyway."""
    for name in list(sys.modules):
        if name.partition('.')[0] == 'pyrestrict':
            del sys.modules[name]
    sys.meta_path.clear()
    sys.path_hooks.clear()
    sys.path.clear()
    sys.path_importer_cache.clear()
    linecache.clearcache()
    # Guests' classes say they are of this module, and the standard library looks it up: it finds an empty one, not ours.
    sys.modules['__main__'] = type(sys)('__main__')
    sys.argv[:] = ['']
    sys.executable = sys.prefix = sys.exec_prefix = sys.base_prefix = sys.base_exec_prefix = ''
    sys.orig_argv[:] = []


def _every_class():
    """
    Each class that exists, once, found from `object` down and from what the collector tracks; but not those whose instances
    change their class, which only soft classes let them: the nodes of syntax trees, which the compile guest turns into
    others (guests have no `ast`), and what `annotationlib` puts in place of names (ownership.py knows these two).
    """
    found, todo = {}, [object] + [thing for thing in gc.get_objects() if isinstance(thing, type)]
    while todo:
        cls = todo.pop()
        if id(cls) not in found:
            found[id(cls)] = cls
            todo.extend(type.__subclasses__(cls))
    soft = (annotationlib._Stringifier, annotationlib.ForwardRef)
    return {
        key: cls for key, cls in found.items() if cls not in soft and not issubclass(cls, ast.AST)
    }


def _check_frozen():
    """Fails the build when a class of the image can still be changed."""
    gc.collect()
    soft = [] if _FULL else [cls for cls in _every_class().values() if not cls.__flags__ & 1 << 8]
    if soft:
        raise SystemError(f'not frozen: {soft[:5]}')
    # What the library registered would run at the end of every program.
    atexit._clear()
    if _FULL:
        atexit.register(sys.modules['logging'].shutdown)
    gc.collect()
    # What exists now is never garbage: collections of the guest do not look at it.
    gc.freeze()
    # From here on addresses are told nobody, the standard library included.
    _cover()


import pyrestrict.guest.noted, pyrestrict.hosted, pyrestrict.remotes

_note = pyrestrict.guest.noted.NOTE.buffer_info()[0]


def _side(side):
    """The functions of one side of the door, by their addresses: they live as long as the image."""
    return {
        'serves': [id(function) for function in side.serves],
        'rich': id(side.rich),
        'outward': id(side.outward),
        'payload': id(side.payload),
        'inward': id(side.inward),
        'remote': id(side.meet),
    }


_remotes, _host, _hosted = pyrestrict.remotes, pyrestrict.host, pyrestrict.hosted
_door = {
    'entry': id(_hosted._entry),
    'wake': id(_hosted.wake),
    'guest': _side(_remotes.side)
    | {
        'payload': id(_remotes._payload),
        'told': id(_remotes.told),
        'raise': id(_remotes._raise),
    },
    'host': _side(_host.side) | {'told': id(_host.told), 'raise': id(_host._raise)},
    'plain': [id(kind) for kind in pyrestrict.crossing.PLAIN],
}

_forget_bridges()
_forget_importers()
if _FULL:
    _make(_archive)
    del _archive
gc.collect()
_classes = {} if _FULL else _every_class()
# Classes made of Python or changeable C: a static type of the interpreter's was never meant to change.
_soft = _hosted.full.SOFT
_soft.extend(
    key for key, cls in _classes.items() if cls.__flags__ & 1 << 9 and not cls.__flags__ & 1 << 8
)
# What asks another iterator for its next, or calls a function for it: nested deep enough, each is a call within a call.
_iterators = [map, filter, zip, enumerate, reversed, type(iter(int, 1))] + [
    thing
    for thing in vars(itertools).values()
    if isinstance(thing, type) and hasattr(thing, '__next__')
]
json.dumps(
    {
        'entry': id(_entry),
        'note': _note,
        'door': _door,
        'frozen': dict(zip(('list', 'count'), _soft.buffer_info())),
        'classes': list(_classes),
        'iterators': list(map(id, _iterators)),
        'version': '.'.join(map(str, sys.version_info[:3])),
    }
)
