"""`functools` as guest code, as far as functions are chosen by a class: CPython's own, for which facets/functools.py finds what is
registered for the nearest class."""

# What `update_wrapper` copies, and what it merges.
_ASSIGNED = '__module__', '__name__', '__qualname__', '__doc__', '__annotate__', '__type_params__'
_UPDATED = ('__dict__',)


def wraps(wrapped, assigned=_ASSIGNED, updated=_UPDATED):
    """A decorator that applies `update_wrapper` to the function it decorates."""
    return lambda wrapper: update_wrapper(wrapper, wrapped, assigned, updated)


def singledispatch(func):
    """A function that chooses among implementations by the class of its first argument; `register(cls)` adds one."""
    import types
    import weakref

    registry = {}
    dispatch_cache = weakref.WeakKeyDictionary()
    cache_token = None

    def dispatch(cls):
        """The best implementation there is for the class."""
        nonlocal cache_token
        if cache_token is not None and cache_token != (current := _cache_token()):
            dispatch_cache.clear()
            cache_token = current
        try:
            return dispatch_cache[cls]
        except KeyError:
            dispatch_cache[cls] = found = _found(cls, registry)
            return found

    def dispatched(x):
        try:
            cls = type(x)
        except TypeError:
            return _found_for(x, registry)
        return dispatch(cls)

    def register(cls, func=None):
        """Adds an implementation for the class, or for that which its first argument is annotated with."""
        nonlocal cache_token
        if _is_choice(cls):
            if func is None:
                return lambda func: register(cls, func)
        else:
            if func is not None:
                raise TypeError(
                    f'Invalid first argument to `register()`. {cls!r} is not a class or union type.'
                )
            func, cls = cls, _annotated(cls)
        for each in cls.__args__ if isinstance(cls, types.UnionType) else (cls,):
            registry[each] = func
        if cache_token is None:
            cache_token = _cache_token()
        dispatch_cache.clear()
        return func

    def wrapper(*args, **kw):
        return dispatched(_first(args, funcname))(*args, **kw)

    funcname = getattr(func, '__name__', 'singledispatch function')
    registry[object] = func
    wrapper.register = register
    wrapper.dispatch = dispatch
    wrapper.registry = types.MappingProxyType(registry)
    wrapper._dispatched = dispatched
    update_wrapper(wrapper, func)
    return wrapper


def _first(args, name):
    if not args:
        raise TypeError(f'{name} requires at least 1 positional argument')
    return args[0]


def _is_choice(cls):
    from types import UnionType

    if isinstance(cls, UnionType):
        return all([isinstance(each, type) for each in cls.__args__])
    return isinstance(cls, type)


def _annotated(function):
    """The class by which a function is chosen: its first annotation."""
    from types import UnionType
    from typing import get_type_hints

    written = function_of(function) or function
    hints = get_type_hints(written) if first_line(written) else {}
    for name, cls in hints.items():
        if name == 'return':
            break
        if _is_choice(cls):
            return cls
        what = 'not all arguments are classes' if isinstance(cls, UnionType) else 'is not a class'
        raise TypeError(f'Invalid annotation for {name!r}. {cls!r} {what}.')
    raise TypeError(
        f'Invalid first argument to `register()`: {function!r}. Use either `@register(some_class)` or plain `@register` on an '
        'annotated function.'
    )


class singledispatchmethod(_MaybeAbstract):
    """The same for methods: chooses by the class of the first argument after `self`."""

    def __init__(self, func):
        if not callable(func) and not hasattr(func, '__get__'):
            raise TypeError(f'{func!r} is not callable or a descriptor')
        self.dispatcher = singledispatch(func)
        self.func = func

    def register(self, cls, method=None):
        return self.dispatcher.register(cls, method)

    def __get__(self, obj, cls=None):
        def method(*args, **kwargs):
            name = getattr(self.func, '__name__', 'singledispatchmethod method')
            chosen = self.dispatcher._dispatched(_first(args, name))
            return chosen.__get__(obj, cls)(*args, **kwargs)

        method.register = self.register
        return update_wrapper(method, self.func)
