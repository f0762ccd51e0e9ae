"""What a host grants a guest: functions, objects and exception classes as globals, and modules of its own, to be imported.

Such a module is guest source, compiled and looked through as the program is, and executed when it is first imported, with the
program's builtins; or functions and objects of the host's under a name. It is an object of ours, never a module of the interpreter's.
"""

from ..sealed import __builtins__

import sys
from types import ModuleType

from ..names import unmark
from ..spellings import stored_variable
from .ending import note
from .functions import made
from .questions import ERRORS, questions


# Names of the host's modules by which classes say where they are from.
_NAMES = set()


class Module:
    """A module of the host's own. Its attributes are the module's globals."""

    __slots__ = ('__dict__',)

    def __repr__(self):
        namespace = namespace_of(self)
        where = f' from {namespace["__file__"]!r}' if '__file__' in namespace else ''
        return f'<module {namespace["__name__"]!r}{where}>'

    def __getattr__(self, name):
        # `module._x`: the name has a mark here, and none among the globals.
        namespace, name = namespace_of(self), unmark(name)
        if name in namespace and name[:2] != '__':
            return namespace[name]
        module = namespace['__name__']
        raise AttributeError(f'module {module!r} has no attribute {name!r}', name=name, obj=self)

    def __setattr__(self, name, value):
        object.__setattr__(self, _bindable(name), value)

    def __delattr__(self, name):
        object.__delattr__(self, _bindable(name))


def _bindable(name):
    """A global's name, as a statement could bind it: who binds a guard's name in a module's globals takes its place."""
    try:
        return stored_variable(unmark(name))
    except KeyError as error:
        raise AttributeError(*error.args, name=unmark(name)) from None


Module.__name__ = Module.__qualname__ = 'module'
namespace_of = Module.__dict__['__dict__'].__get__


class Modules:
    """The modules of one run, by their full names: code, or descriptions of what the host grants."""

    def __init__(self, sources, builtins, granted, load):
        self._sources, self._builtins, self._granted, self._load = sources, builtins, granted, load
        packages = {
            name.rsplit('.', depth)[0]
            for name in sources
            for depth in range(1, name.count('.') + 1)
        }
        self.names = frozenset(sources) | packages
        self.loaded, self._loading = {}, set()

    def load(self, name):
        """The module, executed if it was not; those that it is in come first."""
        parent, _, child = name.rpartition('.')
        if parent:
            self.load(parent)
        if name in self.loaded:
            return self.loaded[name]
        self.loaded[name] = module = Module()
        namespace = namespace_of(module)
        namespace |= self._granted
        namespace |= {'__name__': name, '__doc__': None, '__builtins__': self._builtins}
        begin(namespace)
        _announce(name)
        self._loading.add(name)
        try:
            self._execute(name, namespace)
        except BaseException:
            del self.loaded[name]
            raise
        finally:
            self._loading.discard(name)
        if parent:
            namespace_of(self.loaded[parent])[child] = module
        return module

    def _execute(self, name, namespace):
        source = self._sources.get(name, ())
        if type(source) is bytes:
            code = self._load({'code': source})
            note(code)
            exec(code, namespace)
            return
        for member, *description in source:
            namespace[member] = made([f'{name}.{member}', *description])

    def imported(self, name, wanted):
        """What the import statement gets: the outermost package, or with names, the module that has them all."""
        module = self.load(name)
        if not wanted:
            return self.loaded[name.partition('.')[0]]
        namespace = namespace_of(module)
        for one in wanted:
            if one in namespace:
                continue
            if f'{name}.{one}' in self.names:
                self.load(f'{name}.{one}')
                continue
            why = ''
            if name in self._loading:
                why = ' (it is being imported: most likely a circular import)'
            raise ImportError(f'cannot import name {one!r} from {name!r}{why}', name=name)
        return module

    def entire(self, name):
        """The module or package, with all that are in it."""
        module = self.load(name)
        for other in sorted(self.names):
            if other.startswith(f'{name}.'):
                self.load(other)
        return module


def grant(scope, request, run, load):
    """Makes what the host grants: the globals of a program's `scope`, and the modules of its `run`."""
    granted = {}
    for name, base in request.get('errors', {}).items():
        granted[name] = ERRORS[name] = type(name, (ERRORS[base],), {'__module__': '__main__'})
    for description in request.get('host', ()):
        granted[description[0]] = made(description)
    scope |= granted
    run.own = Modules(request['own'], run.builtins, granted, load)
    for filename, text in request['texts'].items():
        run.tell_source(filename, *text)
    run.importable |= {name.partition('.')[0] for name in run.own.names}


def _announce(name):
    """Classes may say that they are of this module. The library looks up the module that a class names, for names to evaluate, and
    finds an empty one, as it does for `__main__`. Of a name that it has itself, none is."""
    if name not in sys.modules:
        sys.modules[name] = ModuleType(name)
        _NAMES.add(name)


def module_of(name):
    """The module that a class says it is of, which is told to be `name`: one of the host's, or one that there is not. In a module of
    the library's, names would be evaluated."""
    if type(name) is not str:
        return '__main__'
    return name if name in _NAMES or name not in sys.modules else '__main__'


def is_module(name):
    """Whether a class of the program's may say that it is of this module."""
    return name == '__main__' or name in _NAMES


def begin(namespace):
    """These are the globals of a module that is imported: frames that have them are the guest's."""
    questions.scopes[id(namespace)] = namespace


def is_own(namespace, scope):
    """Whether these are globals of the guest's: of its program, whose are `scope`, of a module, or of text that it evaluates."""
    return namespace is scope or id(namespace) in questions.scopes or type(namespace) is not dict
