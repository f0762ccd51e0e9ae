"""What a guest holds of its host's functions and objects: names and tokens by which it asks."""

from ..sealed import __builtins__

import json

from ..values import crosses
from .questions import questions


class HostFunction:
    """A function of the host's. One that is awaited is a coroutine function, as `async def` makes them."""

    __slots__ = ('_target', '_awaits')

    def __init__(self, target, awaits):
        self._target, self._awaits = target, awaits

    def __call__(self, /, *args, **kwargs):
        if not self._awaits:
            return questions.ask('call', self._target, args, kwargs)
        # A coroutine that carries the function's name: what was never awaited is told by it.
        made = _awaited(questions.question('call', self._target, args, kwargs))
        made.__name__ = made.__qualname__ = self._target
        return made

    def __repr__(self):
        return f'<function {self._target} of the host>'


async def to_thread(func, /, *args, **kwargs):
    """There are no threads. A function of the host's that blocks is waited for as others are; any other is called here."""
    if type(func) is HostFunction:
        return await _awaited(questions.question('call', func._target, args, kwargs))
    return func(*args, **kwargs)


async def _awaited(question):
    return await questions.start(question)


class HostObject:
    """An object of the host's, of which the host shows listed names."""

    __slots__ = ('_token', '_shown')

    def __init__(self, token, shown):
        object.__setattr__(self, '_token', token)
        object.__setattr__(self, '_shown', shown)

    def __getattr__(self, name):
        shown = object.__getattribute__(self, '_shown')
        target = f'{object.__getattribute__(self, "_token")}.{name}'
        if name in shown['methods']:
            return HostFunction(target, False)
        if name in shown['awaitable']:
            return HostFunction(target, True)
        if name in shown['read']:
            return questions.ask('get', target)
        raise AttributeError(f'the host shows no {name!r} of {self!r}', name=name)

    def __setattr__(self, name, value):
        if name not in self._shown['write']:
            raise AttributeError(f'the host lets nobody write {name!r} of {self!r}', name=name)
        questions.ask('set', f'{self._token}.{name}', (value,))

    def __delattr__(self, name):
        raise AttributeError(f'the host lets nobody delete {name!r} of {self!r}', name=name)

    def _item(self, operation, *args):
        if not self._shown['items']:
            raise TypeError(f'{self!r} has no items')
        return questions.ask('item', self._token, (operation, *args))

    def __getitem__(self, key):
        return self._item('get', key)

    def __setitem__(self, key, value):
        self._item('set', key, value)

    def __delitem__(self, key):
        self._item('delete', key)

    def __contains__(self, key):
        return self._item('contains', key)

    def __len__(self):
        return self._item('length')

    def __iter__(self):
        return iter(self._item('keys'))

    def __bool__(self):
        return True

    def __eq__(self, other):
        return type(other) is HostObject and other._token == self._token

    def __hash__(self):
        return hash(self._token)

    def __dir__(self):
        shown = self._shown
        return [*shown['methods'], *shown['awaitable'], *shown['read']]

    def __repr__(self):
        return f'<{object.__getattribute__(self, "_token")} of the host>'


def _read(text):
    """The guest's end of an object that an answer holds."""
    told = json.loads(text)
    return HostObject(told['token'], told['shown'])


crosses(HostObject, lambda held: object.__getattribute__(held, '_token'), 'capability', _read)


def made(description):
    """The guest's end of what the host grants: `['call']`, `['await']`, `['object', shown]` or `['text', text]`, under its name."""
    name, kind, *shown = description
    if kind == 'text':
        return shown[0]
    if kind == 'object':
        return HostObject(name, shown[0])
    return HostFunction(name, kind == 'await')
