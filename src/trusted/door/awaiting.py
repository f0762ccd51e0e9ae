"""Awaitables of the host's, awaited by a guest.

The task runs in a loop of the host's side. The guest's loop has it make one turn at a time, when its next timer is due.
"""

from .sealed import __builtins__
import asyncio

from .crossing import BEGIN, CANCEL, TURN, _door
from .failures import made

# Seconds until a loop of the host's that has no timer is looked at again.
POLL = 0.001

# What is awaited of the host, by the number of its task; the timer of the guest's loop for the host's next turn, and its delay.
_waiting, _timer, _delay = {}, None, POLL


class _Answer(asyncio.Future):
    """What a task of the host's comes to. As with a task that awaits another, cancelling asks the host's to end."""

    def cancel(self, msg=None):
        if self.done():
            return False
        _door(CANCEL, (self.number,))
        _turn_soon(self.get_loop())
        return True


def awaited(self):
    """`__await__` of what stands for an awaitable of the host's."""
    loop = asyncio.get_running_loop()
    number = _door(BEGIN, (self.ʼnumber,))
    _waiting[number] = answer = _Answer(loop=loop)
    answer.number = number
    _turn_soon(loop)
    return answer.__await__()


def _turn_soon(loop):
    """Something was begun or ended: when the host's next turn would have been is no matter."""
    global _timer, _delay
    if _timer is not None:
        _timer.cancel()
    _delay = POLL
    _timer = loop.call_soon(_turn, loop)


def _turn(loop):
    """
    One turn of the host's loop; the next one when its next timer is due. What else may wake a task there, an event that an
    exposed function sets, is looked for now and then, less and less often.
    """
    global _timer, _delay
    done, waits = _door(TURN, (None,))
    for number, value, failure in done:
        answer = _waiting.pop(number, None)
        if answer is None or answer.done() or answer.get_loop() is not loop:
            continue
        if failure is None:
            answer.set_result(value[0])
        elif failure[0] == 'CancelledError':
            asyncio.Future.cancel(answer)
        else:
            answer.set_exception(made(*failure))
    _delay = POLL if done else _delay * 2
    delay = POLL if waits is None else min(waits, _delay)
    _timer = loop.call_later(delay, _turn, loop) if _waiting else None
