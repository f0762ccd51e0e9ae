"""Imports: facets of the modules a policy grants, made from the reviewed names, and the guest's `__import__`.

Promise: a guest never holds a module. What it imports is an object whose attributes are the granted ones of the reviewed
names (modules.ts and modules/), each either taken from the standard library or supplied by a wrapper in facets/. Containers
of the standard library are copied for every run. `from m import n` is refused here when the facet lacks `n`: the
interpreter would look for a module of that name instead.
"""

from .sealed import __builtins__
from collections import deque
from importlib import import_module
from types import FunctionType, ModuleType

from . import classes, kinds, modules, ownership, patches, writing
from .guest import library, own
from .built_in import as_in, show
from .grants import REVIEWED, offer
from .names import unmark
from .records import record


class Facet:
    """A module as a guest sees it. Its attributes are the names it shows."""

    __slots__ = ('__dict__',)

    def __repr__(self):
        return _shown(self)['_repr']

    def __getattr__(self, name):
        module, name = _shown(self)['_name'], unmark(name)
        if name in _live(self):
            return _live(self)[name][0]()
        if (held := _shown(self)['_held'](module, name)) is not None:
            return held
        raise AttributeError(f'module {module!r} has no attribute {name!r}', name=name, obj=self)

    def __setattr__(self, name, value):
        put = _live(self)[name][1] if name in _live(self) else None
        if put is None:
            writing.refuse_write(self, name)
        else:
            put(value)

    def __delattr__(self, name):
        writing.refuse_write(self, name)

    def __dir__(self):
        shown = _shown(self)
        return [name for name in (*shown, *_live(self), *shown['_later']) if name[:1] != '_']


Facet.__name__ = Facet.__qualname__ = 'module'
_shown = Facet.__dict__['__dict__'].__get__


def _live(facet):
    """Names that are read anew each time, with what reads and what writes each; None for what cannot be written."""
    return _shown(facet).get('_live', {})


ownership.FACETS[Facet] = lambda facet: _shown(facet)['_name']
ownership.WRITABLE.update((Facet, own.Module))


def _wrapper(module):
    if module in modules.NETWORK_MODULES:
        return import_module('..guest.web.' + module.replace('.', '_'), __name__)
    return (
        import_module('.facets.' + module.replace('.', '_'), __package__)
        if module in modules.WRAPPED
        else None
    )


# module -> (names that are the same for every run, function of a run that makes the others or None)
_TABLES = {}
# module -> what it is in the image, which tells its text, and modules that it holds under names of its own.
_REAL = {}


def _load(module):
    """Looks up every reviewed name of `module`, once, when the image is made; one that is missing fails the build."""
    if (twin := modules.TWIN_OF.get(module)) is not None:
        _REAL[module] = import_module(module)
        fixed = {name: _TABLES[twin][0].get(name) for name in REVIEWED[module]}
        _TABLES[module] = fixed, lambda run: _of_twin(run, module, twin)
        return
    wrapper = _wrapper(module)
    written = modules.WRITTEN.get(module, frozenset())
    fixed = dict(getattr(wrapper, 'NAMES', {}))
    late = frozenset(getattr(wrapper, 'PER_RUN', ())) | written
    real = import_module(module) if module not in modules.NETWORK_MODULES else wrapper
    _REAL[module] = real
    fixed = {name: as_in(real, name, fixed[name], module) for name in fixed}
    for name in REVIEWED[module]:
        if name not in fixed and name not in late:
            fixed[name] = getattr(real, name)
    # What a wrapper has under private names is for the module's text, which is guest code.
    shown = {name for name in fixed.keys() | late if name[:1] != '_'}
    if surplus := shown - REVIEWED[module]:
        raise SystemError(f'{module} shows names that are not in its table: {surplus}')
    per_run = getattr(wrapper, 'names', None)
    _TABLES[module] = fixed, _written(module, fixed, per_run) if written else per_run
    for name in fixed.keys() & shown:
        if ownership.is_class(fixed[name]) and type(fixed[name]) is not kinds.Veil:
            kinds.NAMEABLE.add(fixed[name])


def _written(module, fixed, per_run):
    """What makes the names of a module that is guest code. Its text begins with the names that are supplied."""

    def names(run):
        given = {name: _copied(fixed[name]) for name in fixed} | (per_run(run) if per_run else {})
        return library.names(run, module, make_import, given)

    return names


def _copied(value):
    return value.copy() if type(value) in (dict, list, set) else value


def _of_twin(run, module, twin):
    made = _made(run, twin)
    return {name: made[name] for name in made.keys() & REVIEWED[module]}


def _made(run, module):
    """The names of a module that are this run's own: the same ones for the program and for what the library is written with."""
    per_run, made = _TABLES[module][1], run.state.setdefault('made', {})
    if per_run is None:
        return {}
    if module not in made:
        made[module] = names = per_run(run)
        for name, value in names.items():
            is_ours = module not in modules.WRITTEN and module not in modules.TWIN_OF
            if type(value) is FunctionType and is_ours:
                value.__name__ = value.__qualname__ = name
                value.__module__ = module
                names[name] = as_in(_REAL[module], name, value, module)
    return made[module]


def _text_of(module):
    is_of_image = module in _REAL and module not in modules.NETWORK_MODULES
    return repr(_REAL[module]) if is_of_image else f'<module {module!r}>'


def make_import(run, grants=None):
    """
    The guest's `__import__` of one run. `grants` maps modules to the names granted: the run's own, or for what the library is
    written with, every module there is.
    """
    grants, loaded = run.grants if grants is None else grants, {}
    packages = {name[:at] for name in grants for at, letter in enumerate(name) if letter == '.'}

    def load(module):
        if module in loaded:
            return loaded[module]
        shown = {'_name': module, '_repr': _text_of(module), '_held': held, '_later': []}
        if module in grants:
            fixed, made = _TABLES[module][0], _made(run, module)
            live = made.get('_live', {})
            shown['_live'] = {
                name: live[name] for name in live if name in grants[module] or name[:1] == '_'
            }
            for name in grants[module]:
                if name in live:
                    continue
                shown[name] = _copied(fixed.get(name))
            shown |= {name: made[name] for name in made.keys() & grants[module]}
        loaded[module] = facet = Facet()
        _shown(facet).update(shown)
        for child in dict.fromkeys((*grants, *packages)):
            parent, _, name = child.rpartition('.')
            if parent == module and child in modules.WRITTEN:
                shown['_later'].append(name)
            elif parent == module:
                _shown(facet)[name] = load(child)
        return facet

    def held(module, name):
        """A granted module that `module` holds by this name, as `random` does `_os`, or one below it that is executed first."""
        if f'{module}.{name}' in grants:
            return load(f'{module}.{name}')
        value = vars(_REAL[module]).get(name) if module in _REAL else None
        inner = value.__name__ if type(value) is ModuleType else None
        return load(inner) if inner in grants else None

    if grants is run.grants:
        run.load = load

    def __import__(name, globals=None, locals=None, fromlist=None, level=0):
        if type(fromlist) is list:
            # The interpreter's own C code, on behalf of something this guest called (`strptime` imports `_strptime`); it
            # ignores the answer and takes the module from sys.modules. Source compiles to a tuple or None.
            return None
        name = str.__str__(name)
        if level:
            raise ImportError(
                'relative imports are not available: this program is not part of a package'
            )
        if run.own is not None and name in run.own.names:
            return run.own.imported(name, fromlist)
        if name not in grants and name not in packages:
            raise ModuleNotFoundError(
                f'No module named {name!r} here; {offer(name, grants)}', name=name
            )
        module = load(name)
        if not fromlist:
            return load(name.partition('.')[0])
        for wanted in fromlist:
            is_shown = wanted in (*_shown(module), *_live(module)) or f'{name}.{wanted}' in grants
            if not is_shown or wanted[:1] == '_':
                raise ImportError(
                    f'cannot import name {wanted!r} from {name!r}: it is not among the names granted here',
                    name=name,
                )
        return module

    return __import__


def _register():
    """Fills the sets of classes that guards ask about. Everything in them is of the image."""
    for module in sorted(REVIEWED, key=lambda name: (name in modules.TWIN_OF, name)):
        _load(module)
    for table, classes_of in (
        (modules.SUBCLASSABLE, classes.BASES),
        (modules.CONFIGURABLE, ownership.WRITABLE),
    ):
        for module in table:
            for name in table[module]:
                classes_of.add(
                    __builtins__[name] if module == 'builtins' else _TABLES[module][0][name]
                )
    exceptions = {BaseException, *ownership.subclasses(BaseException)}
    classes.EXCEPTIONS.update(exceptions)
    ownership.WRITABLE.update(exceptions)
    kinds.NAMEABLE.update(exceptions, ownership.UNCHANGEABLE, classes.BASES, {record})
    for value in (
        {},
        {}.keys(),
        {}.values(),
        {}.items(),
        [],
        (),
        set(),
        '',
        b'',
        bytearray(),
        range(1),
        range(2**70),
        deque(),
    ):
        kinds.NAMEABLE.add(type(value))
        kinds.NAMEABLE.add(type(iter(value)))
    kinds.NAMEABLE.add(type(reversed(deque())))
    kinds.NAMEABLE.update(
        map(
            __builtins__.get,
            'enumerate filter map zip reversed property staticmethod classmethod super'.split(),
        )
    )


patches.apply()
_register()
kinds.VEILS[Facet] = kinds.VEILS[own.Module] = kinds.VEILS[ModuleType]
show()
kinds.veil_opaque(ownership.subclasses(object))
patches.check_receivers(kinds.NAMEABLE)
