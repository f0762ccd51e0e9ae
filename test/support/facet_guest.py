"""Runs a program as a guest does (guarded, translated, verified, under its builtins) for tests."""
import asyncio
import ctypes
import gc
import importlib.machinery
import importlib.util
import io
import marshal
import os
import sys
import time

from pyrestrict import floor
from pyrestrict.floor.slots import make_put

id = id  # the address, which the floor tells nobody
floor.apply(make_put(ctypes.c_uint32.from_address,
                     lambda cls: ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))))

import _pylong  # C code imports it for large integers, as in the image; it loads `decimal`

import engine
import guard
from pyrestrict import builtins, hatch, names
from pyrestrict.compile import compile_source
from pyrestrict.facets.asyncio import make_loop
from pyrestrict.guest.given import given as given_to
from pyrestrict.guest.program import program
from pyrestrict.scan import scan

hatch.sleep = time.sleep
floor.identity.cover()
asyncio.events._set_running_loop(None)
_FLAGS = next(at for at in range(0, 400, 4)
              if all(ctypes.c_uint32.from_address(id(cls) + at).value == cls.__flags__ & 0xffffffff
                     for cls in (int, dict, type, io.StringIO, builtins.Run, names.__loader__.__class__)))


def every_class():
    found, todo = {}, [object, *[thing for thing in gc.get_objects() if isinstance(thing, type)]]
    while todo:
        cls = todo.pop()
        if id(cls) not in found:
            found[id(cls)] = cls
            todo.extend(type.__subclasses__(cls))
    return found.values()


def freeze():
    """What the image builder does in wasm memory: no class that exists can be changed. Syntax trees and references of annotations stay soft."""
    gc.collect()
    for cls in every_class():
        if cls.__module__ not in ('ast', '_ast', 'annotationlib') and not cls.__module__.startswith(('pyodide', '_pyodide')):
            ctypes.c_uint32.from_address(id(cls) + _FLAGS).value |= 1 << 8


def guest(source, policy=None, given=None, keep=None, builtins=builtins):
    """[status, repr of the global `result` or the exception, output] of `source` as a guest."""
    try:
        text = guard.guarded(source)
    except SyntaxError as error:
        return ['refused', str(error), '']
    compiled = compile_source({'text': text, 'mode': 'exec', 'filename': '<program>'})
    if not compiled['ok']:
        return ['refused', compiled['message'], '']
    code = marshal.loads(compiled['code'])
    run = builtins.make_run({'modules': 'standard files', 'files': True} if policy is None else policy)
    scan(code)
    given_to.begin({}, None)
    out = io.StringIO()
    run.stdout = run.stderr = builtins.output(out)
    scope = {} if keep is None else keep
    scope.update({'__name__': '__main__', '__builtins__': run.builtins}, **(given or {}))
    return _ended(lambda: _execute(code, scope, run), scope, out)


def _execute(code, scope, run):
    """As main.py does: module code that awaits is a coroutine, driven until it waits for nobody any more."""
    if not code.co_flags & 0x80:
        exec(code, scope)
        return
    is_task = 'ʼrun' not in code.co_names
    for _ in program.performed(lambda: make_loop(run), eval(code, scope), is_task):
        raise SystemError('nobody answers here')


def _ended(work, scope, out):
    try:
        work()
        return ['returned', names.unmark(repr(scope.get('result'))), names.unmark(out.getvalue())]
    except BaseException as error:
        return ['raised', names.unmark(f'{type(error).__name__}: {error}'), names.unmark(out.getvalue())]
    finally:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__


def escaped(source, effect, mutant=None, dunders=None):
    """How a hostile program ended, and whether its effect holds."""
    engine.table.__dict__.clear()
    engine.Table.__init__(engine.table)
    engine.rows[:], engine.settings = [1], {'k': 1}
    engine.lookup.__name__ = 'lookup'
    engine.lookup.__dict__.clear()
    scope = dict(engine.EXPOSED, settings=engine.settings)
    policy = {'modules': 'standard files', 'files': True, 'dunders': dunders or 'refused'}
    ended = guest(source, policy, scope, scope, _mutants.get(mutant, builtins))
    known = {name: __import__(name) for name in 'builtins calendar csv dataclasses datetime decimal fractions random string'.split()}
    names_of = dict(known, g=scope, S=engine._SECRET, engine=engine, facet_guest=sys.modules[__name__], real_callable=_callable,
                    result=scope.get('result'))
    try:
        held = bool(eval(effect, names_of))
    except Exception as error:
        held = False if ended[0] != 'returned' else f'{type(error).__name__}: {error}'
    return [*ended, held]


_callable = callable
_mutants = {}


class Mutants:
    """Finds and loads the modules of mutants: the trusted code's own, compiled once, but for the texts that differ."""

    def __init__(self):
        self.texts = {}
        self.codes = {}

    def find_spec(self, fullname, path=None, target=None):
        mutant, _, rest = fullname.partition('.')
        if mutant not in self.texts:
            return None
        real = importlib.util.find_spec(f'{names.__package__}.{rest}' if rest else names.__package__)
        if real is None:
            return None
        return importlib.machinery.ModuleSpec(
            fullname, self, origin=real.origin, loader_state=real, is_package=real.submodule_search_locations is not None)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        real = module.__spec__.loader_state
        mutant, _, rest = module.__name__.partition('.')
        text = self.texts[mutant].get(rest)
        key = real.name, text
        if key not in self.codes:
            self.codes[key] = real.loader.get_code(real.name) if text is None else compile(text, real.origin, 'exec', dont_inherit=True)
        exec(self.codes[key], module.__dict__)


_loader = Mutants()
sys.meta_path.insert(0, _loader)


def compile_shared():
    """Compiles what mutants share, and loads none, so that an interpreter whose memory is kept begins with it."""
    for name, module in [*sys.modules.items()]:
        if name.partition('.')[0] == names.__package__:
            _loader.codes[name, None] = module.__spec__.loader.get_code(name)


def break_invariant(name, file, before, after):
    """Loads the trusted code a second time with one of its texts replaced, as the mutant `name`."""
    texts = {}
    for path, old, new in (file, before, after), *_LEFT_OUT:
        module = path.removesuffix('.py').replace('/', '.')
        text = texts.get(module)
        if text is None:
            with open(os.path.join(os.path.dirname(names.__file__), path)) as stream:
                text = stream.read()
        if text.count(old) != 1:
            raise ValueError(f'{path} has {text.count(old)} times {old!r}')
        texts[module] = text.replace(old, new)
    # The library's own texts are not what is broken: compiled by the mutant, some would be refused, and nothing would load.
    texts['guest.codes'] = f'from {names.__package__}.guest.codes import CODES\n'
    _loader.texts[name] = texts
    _mutants[name] = importlib.import_module(f'{name}.builtins')
    freeze()


# What is done once for the interpreter, or was: the library's codes are scanned, and no mutant has another scan.
_LEFT_OUT = (
    ('imports.py', 'patches.apply()', ''),
    ('guest/library.py', '    scan(marshal.loads(_code))\n', '    pass\n'),
)


def forget(name):
    """Lets a mutant go: all of the trusted code once more, and an interpreter that holds many is slow."""
    del _mutants[name], _loader.texts[name]
    for module in [module for module in sys.modules if module.partition('.')[0] == name]:
        del sys.modules[module]
    gc.collect()
    # What the library still holds of it is not looked at again: it would be, by the collections of every later mutant.
    gc.freeze()


def poisoned_guards_fail(mutant=None):
    """Whether a guard stops working when `builtins` is not what it was."""
    import builtins as real
    run, put = _mutants.get(mutant, builtins).make_run({}), setattr
    kept = dict(vars(real))
    bait = 'poisoned'
    try:
        for name in 'isinstance type getattr setattr hasattr len any all set frozenset dict tuple list str callable'.split():
            put(real, name, lambda *args, **kwargs: bait)
        try:
            run.builtins['getattr'](engine.table, '_secret')
            return True
        except AttributeError:
            pass
        works = run.builtins['getattr'](engine.table, 'count') == 1
        return not works or run.builtins['_write_'](engine.table) is engine.table
    except Exception:
        return True
    finally:
        for name in kept:
            put(real, name, kept[name])

