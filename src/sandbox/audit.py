"""Walks everything a guest can reach, by reads and by calls with hostile arguments; reports what it must never meet.

Run in a guest's own interpreter (full Python, none of it part of the trusted base), whose globals it is given.
It does what verified code may do, and no more: reads attributes the language lets a source name, through the guard where a
read is not inlined; takes items; iterates; calls. Breadth first, so that a finding comes with its shortest path.
"""

import functools
import gc
import itertools
import sys
import types
from collections import deque

SCALARS = (int, float, complex, bool, str, bytes, type(None))
# Exact instances of these are alike: the attributes of one are those of all.
ALIKE = {*SCALARS, list, tuple, dict, set, frozenset, range, slice, bytearray}
ALIKE |= {types.FunctionType, types.MethodType}
ALIKE |= {types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType}
FORBIDDEN_INSTANCES = (
    (types.FrameType, 'a frame'),
    (types.CodeType, 'a code object'),
    (types.ModuleType, 'a real module'),
)
# Exact instances of these are alike too, where what they hold is scalars or was met: a guest can name nothing else of them.
ERRORS_ALIKE = {AttributeError, IndexError, KeyError, LookupError, TypeError, ValueError}
ERRORS_ALIKE |= {AssertionError, NotImplementedError, RuntimeError}
# What these are called with besides: they would call a million times what they are given, or until a fifth of a second has passed.
ONCE = {
    'timeit.timeit': {'number': 1},
    'timeit.repeat': {'number': 1},
    'timeit.Timer': {'timer': itertools.count().__next__},
    'timeit.Timer().timeit': {'number': 1},
    'timeit.Timer().repeat': {'number': 1},
}
MOST_FINDINGS = 50
IMMUTABLE = 1 << 8  # the flag of a class that cannot be changed
# These tell what is in the namespaces of an object, its class and its ancestors, and no more.
DIRS = (object.__dir__, type.__dir__)
HOPS = 7  # steps from a name; some walks never end (the items of `list[int]`)
CAUGHT = (Exception, GeneratorExit, KeyboardInterrupt, SystemExit)


def forbidden(value, module_dicts):
    """What `value` is, when a guest must never hold it; None otherwise."""
    for kind, name in FORBIDDEN_INSTANCES:
        if isinstance(value, kind):
            return name
    if isinstance(value, type) and issubclass(value, type):
        return 'a class of classes, which makes and changes classes'
    if type(value) is dict and id(value) in module_dicts:
        return f'the globals of {module_dicts[id(value)]}'
    if (
        isinstance(value, types.FunctionType)
        and value.__name__ in ('outward', 'inward', 'payload', 'rich', 'release')
        and value.__module__.endswith(('.crossing', '.remotes', '.host'))
    ):
        return "the door's own function"
    return None


def callback(*args, **kwargs):
    """What is called back by whatever takes a callable."""
    return args


def sample_arguments(guest):
    """Arguments an attacker tries: nothing, plain values, names that lead somewhere, classes, callables, namespaces.

    Numbers are small: some of what is called waits so many seconds.
    """

    klass = guest.get('AuditClass', object)
    instance, function = guest.get('audit_instance'), guest.get('audit_function')
    singles = [1, 'a', '__class__', '__globals__', 'gi_frame', b'a', None, [1, 2], (1, 2), {'a': 1}]
    singles += [{1}, klass, callback, 0.5, '{0.__class__}', ValueError('x')]
    singles += [instance, function, int, str]
    yield (), {}
    for value in singles:
        yield (value,), {}
    for first in (klass, callback, 'a', instance, [1, 2], function):
        hook = {'__getattribute__': callback}
        for second in ('__class__', '__globals__', callback, klass, [('x', int)], hook, 0):
            yield (first, second), {}
    yield ('X', (), {'__getattribute__': callback}), {}
    yield ('X', [('x', int)]), {'namespace': {'__getattribute__': callback}}
    yield ('X', {'callable': 1}), {'module': 'builtins'}
    yield ('X', 'a b'), {'module': 'builtins'}
    yield (klass,), {'globals': {}}


def walk(guest, denied_names, denied_prefixes, judged, calls=True, most=400_000, plant=None):
    """Findings as [path, what] pairs, and how much was visited: {'findings', 'objects', 'calls'}."""
    gc.enable()  # what a walk leaves is much, and trusted code begins without the collector
    module_dicts = {
        id(module.__dict__): f'module {name}'
        for name, module in list(sys.modules.items())
        if isinstance(module, types.ModuleType) and module.__dict__ is not guest
    }
    builtins = guest['__builtins__']
    read = builtins['_getattr_']
    denied_names, denied_prefixes, judged = set(denied_names), tuple(denied_prefixes), set(judged)

    @functools.cache
    def may_name(name):
        return name not in denied_names and not name.startswith(denied_prefixes)

    seen, alike, found_by, called = set(), set(), set(), set()
    keep, todo, findings = [], deque(), []
    counts = {'calls': 0}
    spellings = [spelled(args, kwargs) for args, kwargs in sample_arguments(guest)]

    def is_known(value):
        return type(value) in SCALARS or id(value) in seen or value is guest or value is builtins

    def meet(value, hops, *path):
        # Most of what is met was met before: its path is not put together.
        if is_known(value) or len(findings) >= MOST_FINDINGS:
            return
        if type(value) in (types.BuiltinFunctionType, types.MethodWrapperType) and not isinstance(
            value.__self__, (type, types.ModuleType)
        ):
            kind = (type(value.__self__), value.__name__)  # `''.join` and `'a'.join` are alike
            if kind in alike:
                return
            alike.add(kind)
        if type(value) in ERRORS_ALIKE and all([is_known(held) for held in held_by(value)]):
            if type(value) in alike:
                return
            alike.add(type(value))
        if type(value) is tuple and tuple in alike and all([is_known(each) for each in value[:5]]):
            return
        if type(value) is types.MethodType and kind_of(value) in called:
            return
        path = ''.join(path)
        what = forbidden(value, module_dicts)
        if what is not None:
            if (
                path.partition('(')[0] not in found_by
            ):  # one finding for each function that leads there
                found_by.add(path.partition('(')[0])
                findings.append([path, what])
            return
        seen.add(id(value))
        keep.append(value)
        if len(seen) < most and hops < HOPS:
            todo.append((path, value, hops + 1))

    for name in list(guest):
        if name[:1] != '_' and name != 'audit':
            meet(guest[name], 0, name)
    for name in list(builtins):
        if name[:1] not in (
            '_',
            '\u02bc',
        ):  # guards and what the inlined guards use: no source can name them
            meet(builtins[name], 0, name)
    importer = builtins.get('__import__')
    for name in guest.get('audit_modules', ()):
        try:
            meet(importer(name, None, None, ('*not-a-name',)[:0], 0), 0, name)
            target = importer(name, None, None, None, 0)
            for part in name.split('.')[1:]:
                target = getattr(target, part)
            meet(target, 0, name)
        except ImportError as error:
            findings.append([name, f'not importable: {error}'])
    if plant is not None:
        meet(sys._getframe() if plant == 'frame' else sys, 0, 'planted')

    while todo:
        path, value, hops = todo.popleft()
        named = ()
        if type(value) not in ALIKE or type(value) not in alike:
            alike.add(type(value))
            named = sorted(name for name in names_of(value, builtins) if may_name(name))
        for name in named:
            try:
                found = read(value, name) if name in judged else getattr(value, name)
                meet(found, hops, path, '.', name)
            except CAUGHT:
                pass
        for key, item in items(value):
            meet(item, hops, path, '[', str(key), ']')
        if (
            calls
            and callable(value)
            and path.count('(') < 2
            and (kind := kind_of(value)) not in called
        ):
            called.add(kind)
            once = ONCE.get(path, {})
            for (args, others), written in zip(sample_arguments(guest), spellings):
                kwargs = others | once
                counts['calls'] += 1
                try:
                    meet(value(*args, **kwargs), hops, path, written)
                except BaseException as error:
                    meet(error, hops, path, written, '!')
    return {'findings': findings, 'objects': len(seen), 'calls': counts['calls']}


def held_by(error):
    """What an error that is alike others holds."""
    return [*error.args, error.obj] if type(error) is AttributeError else error.args


def spelled(args, kwargs):
    """How a path spells a call."""
    keywords = [f'{key}={short(kwargs[key])}' for key in kwargs]
    return f'({", ".join([short(arg) for arg in args] + keywords)})'


def kind_of(value):
    """What is called once for all of its kind: `[1].index` and `[2].index` are one."""
    if isinstance(value, types.MethodType):
        held = value.__self__
        return (held if isinstance(held, type) else type(held), id(value.__func__))
    if isinstance(value, (types.BuiltinFunctionType, types.MethodWrapperType)) and not isinstance(
        value.__self__, (type, types.ModuleType)
    ):
        return (type(value.__self__), value.__name__)
    return id(value)


def names_of(value, builtins):
    """Public attribute names as `dir` tells them and as the interpreter finds them, also those a `__dir__` hides."""
    found = set()
    if type(value).__dir__ not in DIRS:
        try:
            found.update(builtins['dir'](value) if 'dir' in builtins else dir(value))
        except CAUGHT:
            pass
    try:
        found.update(value.__dict__)
    except CAUGHT:
        pass
    found = public(found)
    for cls in (*type(value).__mro__, *(value.__mro__ if isinstance(value, type) else ())):
        if cls.__flags__ & IMMUTABLE:
            found |= public_of(cls)
        else:
            found |= public(cls.__dict__)
    return found


def public(names):
    return {name for name in names if isinstance(name, str) and name[:1] != '_'}


@functools.cache
def public_of(cls):
    """Those of a class that never changes."""
    return frozenset(public(cls.__dict__))


def items(value):
    """Up to five items or elements, as iteration and subscripts give them."""
    found = []
    try:
        if isinstance(value, dict):
            return [(short(key), value[key]) for key in list(value)[:200]]
        iterator = iter(value)
        for index in range(5):
            found.append((index, next(iterator)))
    except CAUGHT:
        pass
    return found


def short(value):
    """How a path spells an argument."""
    if isinstance(value, (int, float, str, bytes, type(None))):
        return repr(value)[:24]
    return getattr(value, '__name__', type(value).__name__)
