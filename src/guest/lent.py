"""Functions of a guest's that its host may call, from when it is asked until it has answered.

One that was lent with a call on the stack is called on that stack, while the call waits. One that was lent with a call that is
awaited is called by a task of the loop, and may be a coroutine function. What it gives crosses as arguments do; what it
raises is told to the host by its class and text, and is kept: a host function that lets it through ends as the very
same exception.
"""

from ..sealed import __builtins__
from inspect import isawaitable, iscoroutine

from ..values import TooLarge, given, loads

# Values in what a function gives, and characters of the text of what it raises.
MOST_NODES, MOST_TEXT = 1_000_000, 10_000


class Lent:
    """The functions that were lent with one question."""

    __slots__ = ('_functions', '_raised', '_tasks')

    def __init__(self, functions):
        self._functions = functions
        # What was raised, by the number of the call; and the tasks that a loop would forget.
        self._raised, self._tasks = {}, set()

    def perform(self, questions, call, place, args):
        """Calls a function now."""
        try:
            value = self._functions[place](*loads(args))
            if isawaitable(value):
                if iscoroutine(value):
                    value.close()
                raise TypeError(
                    'a function that is awaited can be lent to a function of the host that is awaited, and to no other'
                )
            questions.given.append([call, _written(value, questions)])
        except Exception as error:
            questions.given.append(self._failed(call, error))

    def begin(self, loop, questions, call, place, args):
        """Has a task of the loop call a function."""
        task = loop.create_task(self._performed(questions, call, place, args))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def throw(self, call):
        """Raises what the call of that number raised, where it is known."""
        error = self._raised.get(call)
        if error is not None:
            raise error

    async def _performed(self, questions, call, place, args):
        try:
            value = self._functions[place](*loads(args))
            if isawaitable(value):
                value = await value
            told = [call, _written(value, questions)]
        except SystemExit, KeyboardInterrupt, GeneratorExit:
            raise
        except BaseException as error:
            told = self._failed(call, error)
        questions.given.append(told)

    def _failed(self, call, error):
        self._raised[call] = error
        try:
            text = str.__getitem__(str(error), slice(MOST_TEXT))
        except Exception:
            text = ''
        return [call, None, str.__getitem__(type(error).__name__, slice(200)), text]


def _written(value, questions):
    try:
        return given([value], MOST_NODES, questions.most_bytes)
    except TooLarge:
        raise TypeError(
            f'what the function gives is more than {questions.most_bytes} bytes (limits.effectBytes)'
        ) from None
