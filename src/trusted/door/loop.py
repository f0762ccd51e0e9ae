"""An event loop that can wait and nothing else: there are no sockets, no signals and no threads to wait for."""

from .sealed import __builtins__
import asyncio
from contextvars import Context

from . import hatch


class Loop(asyncio.BaseEventLoop):
    """An event loop whose only event is the passing of time."""

    def __init__(self):
        super().__init__()
        self._selector = self

    def select(self, timeout):
        """Waits until the next timer; stands where a selector would wait for sockets too."""
        if timeout is None:
            raise RuntimeError('deadlock: every task waits for another')
        if timeout > 0:
            hatch.sleep(timeout)
        return ()

    def _call_soon(self, callback, args, context):
        """A context runs what it is given; a guest's object in its place would be handed the loop's own callbacks."""
        if context is not None and type(context) is not Context:
            raise TypeError('context must be a contextvars.Context')
        return super()._call_soon(callback, args, context)

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass
