"""Runs programs in CPython as it is: what a fixture's program means, and whether a hostile one's effect is real."""
import asyncio
import builtins
import contextlib
import io
import time
from types import ModuleType

import engine

facet_guest = ModuleType('facet_guest')


class Loop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = self

    def select(self, timeout):
        time.sleep(timeout or 0)
        return ()

    def _process_events(self, events):
        pass


asyncio.events._set_running_loop(None)
asyncio.run = lambda main: asyncio.Runner(loop_factory=Loop).run(main)


def plain(source):
    """[status, repr of the global `result` or the exception, output] of `source`."""
    out, scope = io.StringIO(), {'__name__': '__main__'}
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            exec(compile(source, '<program>', 'exec', dont_inherit=True), scope)
            return ['returned', repr(scope.get('result')), out.getvalue()]
        except BaseException as error:
            return ['raised', f'{type(error).__name__}: {error}', out.getvalue()]


def takes_effect(source, effect):
    """Whether a hostile program's effect holds when nothing stops it."""
    scope = dict(engine.EXPOSED, settings={'k': 1}, __name__='__main__')
    engine.settings = scope['settings']
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(source, '<program>', 'exec', dont_inherit=True), scope)
        except Exception:
            pass
    known = {name: __import__(name) for name in 'builtins calendar csv dataclasses datetime decimal fractions random string'.split()}
    try:
        return bool(eval(effect, dict(known, g=scope, S=engine._SECRET, engine=engine, facet_guest=facet_guest,
                                      real_callable=_callable, result=scope.get('result'))))
    except Exception as error:
        return f'{type(error).__name__}: {error}'
    finally:
        builtins.callable = _callable


_callable = callable
