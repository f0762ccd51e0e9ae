"""The guest's side of the door: what a guest holds in place of the host's objects.

A Remote is a number and a class. The class has what the host told of it once: a function for each method, which is one
crossing, and the special methods that the object answers to, so that `len`, `for`, `with` and `+` work on it or raise as
they would for any object. All else is asked for when it is read. Nothing here guards a secret: what the host's side does
not expose (exposed.py), no message gets.
"""

from .sealed import __builtins__
from weakref import ref

from .ahead import aheads, next_of
from .awaiting import awaited
from .crossing import (
    CALL,
    CLASSES,
    DESCRIBE,
    EXCEPTIONS,
    GET,
    LIST,
    METHOD,
    OPERATE,
    RELEASE,
    SCALARS,
    SET,
    Side,
    _door,
)
from .failures import builtin_name, made, told_args

# Objects let go of, until the host is told.
RELEASED_AT_ONCE = 64
# Objects handed to the host, until it is asked which it has let go of.
HANDED_AT_ONCE = 256

_type, _isinstance, _callable, _len = type, isinstance, callable, len


class Remote:
    """Stands for an object of a trusted module."""

    __slots__ = ('ʼnumber', '__weakref__')

    def __getattr__(self, name):
        if name[:1] in '_ʼ':
            raise AttributeError(f'{name.removeprefix("ʼ")!r} is not an attribute the host exposes')
        return _door(GET, (self.ʼnumber, name))

    def __setattr__(self, name, value):
        _door(SET, (_number(self), name, value))

    def __delattr__(self, name):
        raise AttributeError(f'{name!r}: attributes of the host cannot be deleted from here')

    def __dir__(self):
        return _door(LIST, (_number(self),))

    def __repr__(self):
        return f'<{_type(self).__name__} of the host>'

    def __format__(self, spec):
        return format(str(self), spec) if _type(spec) is str else str(self)

    __reduce_ex__ = None


_set_number, _new = Remote.ʼnumber.__set__, object.__new__


def _number(remote):
    return remote.ʼnumber


# Classes made here. A guest's guards learn of each by `note` (ownership.py).
remote_classes = {}
note = None
# Index of a view of the host's -> class of Remotes, or what it was described as; exception classes by their number.
_classes, _exceptions, _exception_numbers = {}, {}, {}


class _Gone(ref):
    __slots__ = ('number', 'count')


_held, _gone, _asked = {}, [], 0


def _meet(n, c):
    """What stands for the host's object `n`, of its view `c`: the same one as long as there is one."""
    gone = _held.get(n)
    if gone is not None and (remote := gone()) is not None:
        gone.count += 1
        return remote
    if n in _exceptions:
        return _exceptions[n]
    kind = _classes.get(c)
    if kind is None:
        kind = _describe(n, c)
        if _isinstance(kind, _type) and issubclass(kind, BaseException):
            return kind
    remote = _new(kind)
    _set_number(remote, n)
    _held[n] = gone = _Gone(remote, _gone.append)  # `append` needs no frame
    gone.number, gone.count = n, 1
    if _len(_gone) >= RELEASED_AT_ONCE:
        release()
    return remote


def release():
    """Tells the host what was let go of here, and lets go of what it let go of."""
    global _asked
    _asked = side.table.told
    pairs = []
    while _gone:
        gone = _gone.pop()
        pairs.append((gone.number, gone.count))
        if _held.get(gone.number) is gone:
            del _held[gone.number]
        aheads.pop(gone.number, None)
    side.table.release(_door(RELEASE, (pairs,)))


# ---- classes of Remotes


def _method(name, m):
    def method(self, /, *args, **kwargs):
        return _door(METHOD, (self.ʼnumber, m, args, kwargs or None))

    method.__name__ = method.__qualname__ = name
    return method


def _call(self, /, *args, **kwargs):
    return _door(CALL, (self.ʼnumber, args, kwargs or None))


def _special(name):
    return lambda self, *args: _door(OPERATE, (self.ʼnumber, name, args))


def _leave(name):
    """`__exit__`: the host is told of the exception, and answers whether it is over with it."""

    def leave(self, kind, error, trace):
        return _door(OPERATE, (_number(self), name, (told(error) if error else None,)))

    return leave


_SPECIALS = {'next': next_of, 'call': _call, 'exit': _leave('exit'), 'aexit': _leave('aexit')}


def _describe(n, c):
    """Makes the class for the host's view `c`, as the host tells of it."""
    name, methods, specials, what, base = _door(DESCRIBE, (c,))
    if what == 'exception':
        base = EXCEPTIONS.get(base, Exception) if _type(base) is str else base
        # A class as the guest makes them: it may raise it, catch it, and derive from it.
        _exceptions[n] = kind = _type(name, (base,), {'__module__': '__main__'})
        _exception_numbers[kind] = n
        return kind
    scope = {'__slots__': (), '__module__': 'host'}
    for method, m in methods:
        scope[method] = _method(method, m)
    for special in specials:
        scope[f'__{special}__'] = _SPECIALS.get(special) or _special(special)
    if 'await' in specials:
        scope['__await__'] = awaited
    if 'next' in specials:
        scope['__iter__'] = lambda self: self
    if what == 'class':
        scope['__repr__'] = lambda self: f'<{name} of the host>'
        scope.setdefault('__call__', _call)
    if '__eq__' in scope and '__hash__' not in scope:
        scope['__hash__'] = None
    kind = _classes[c] = _type(name, (Remote,), scope)
    remote_classes[kind] = _number
    if note is not None:
        note(kind)
    return kind


# ---- what the guest's side serves: what trusted code does with what it was given


def _call_back(n, args, kwargs):
    return side.table.objects[n](*args, **kwargs or {})


# The guest's globals, and values that the host's side replaced there: what a guest runs when they go is not run meanwhile.
scope, _replaced = {}, []


def _is_instance(n, value):
    return _isinstance(value, side.table.objects[n])


def _read_global(name):
    """Whether there is one, and what it is, as data and marks."""
    return (True, side.outward(scope[name])) if name in scope else (False, None)


def _write_global(name, value):
    _replaced.append(scope.get(name))
    scope[name] = value


def _delete_global(name):
    if name in scope:
        _replaced.append(scope.pop(name))
        return True
    return False


def _list_globals(_):
    return [name for name in scope if _type(name) is str]


def let_go():
    """Lets go of what the host's side replaced or released; finalizers of the guest's may run."""
    _replaced.clear()
    release()


# ---- exceptions


def told(error):
    """What trusted code is told of a guest's exception."""
    kind = _type(error)
    for cls in kind.__mro__:
        if cls in _exception_numbers:
            what, args = (StopIteration, _exception_numbers[cls]), error.args
            args = tuple([value for value in args if _type(value) in SCALARS])
            break
    else:
        what, args = builtin_name(kind), told_args(error)
    return what, args, side.outward(error), 0


def _raise(told):
    raise made(*side.inward(told))


def _payload(parts):
    """The parts of a question. The host lets go of what it is handed when it is asked: before a question, now and then."""
    if side.table.told - _asked >= HANDED_AT_ONCE:
        release()
    return side.payload(parts)


def _refer(value):
    """How a value of the guest's that is no plain data crosses: by its number, and whether it can be called."""
    if _isinstance(value, _type) and value in _exception_numbers:
        return StopIteration, _exception_numbers[value]
    return StopIteration, side.table.number(value, None), 1 if _callable(value) else 0


side = Side(_refer, _meet, remote_classes, [], {'class': CLASSES.__getitem__})
# In the order of the numbers of crossing.py. Three are the entry's to give (attend).
side.serves += [
    _call_back,
    _read_global,
    _write_global,
    _delete_global,
    _list_globals,
    lambda n: _attending['tell'](side.table.objects[n]),
    lambda recursion: _attending['enter'](recursion),
    lambda _: _attending['leave'](),
    _is_instance,
]
_attending = {}


def attend(globals, tell, enter, leave):
    """The guest's globals; how an exception is described for the host; what is done before guest code and after it."""
    global scope
    scope = globals
    _attending.update(tell=tell, enter=enter, leave=leave)
