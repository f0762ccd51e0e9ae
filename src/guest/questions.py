"""Questions of a guest to its host, and their answers.

A question has a number, an effect, a target and arguments. There are two ways to ask one:

- `ask` waits on the C stack until the host has answered. The worker is held meanwhile.
- `start` gives a future. Questions that were started gather in the outbox, and the host is told of them when the guest has
  nothing else to do (program.py) or when it waits on the stack for another. So what happens between two such points, a turn, has
  asked nobody anything when it is ended by force, and can be made again.

Nothing here is trusted: it runs in the guest's memory, and the host believes none of it.
"""

from ..sealed import __builtins__
import asyncio
from itertools import count
from sys import _getframe

from .. import door
from ..values import TooLarge, dumps, given, loads

# Values in the arguments of one question.
MOST_NODES = 1_000_000

# Exceptions that a host may raise here; those of the host's own are added by `grant` (functions.py).
ERRORS = {
    kind.__name__: kind
    for kind in (
        Exception, ArithmeticError, ConnectionError, EOFError, FileExistsError, FileNotFoundError, IndexError, IsADirectoryError,
        KeyError, LookupError, NotADirectoryError, NotImplementedError, OSError, PermissionError, RuntimeError, TimeoutError,
        TypeError, ValueError,
    )
}  # fmt: skip


class Questions:
    """The questions of this interpreter's guest."""

    def __init__(self):
        self.numbers = count(1)
        # Futures of what was started and is not answered, by number.
        self.futures = {}
        # What the host does not know yet: questions by number, and numbers that nobody waits for any more.
        self.outbox = {}
        self.cancelled = []
        # Globals of the guest: the innermost frame that has them is where it asked.
        self.scope = None
        # Bytes of the arguments of one question, and questions that may wait at once.
        self.most_bytes = self.most_pending = 0

    def ask(self, effect, target, args=(), kwargs=None):
        """The host's answer; the worker waits for it."""
        number = next(self.numbers)
        self.outbox[number] = self.question(effect, target, args, kwargs)
        answers = self.exchange(number, None)
        for answer in answers:
            if answer[0] == number:
                return outcome(answer)
        raise RuntimeError('the host did not answer')

    def start(self, question):
        """A future of the running loop for the host's answer to what `question` made."""
        if len(self.futures) >= self.most_pending:
            raise RuntimeError(
                f'{self.most_pending} questions wait for their answers already (limits.pending)'
            )
        number = next(self.numbers)
        future = asyncio.get_running_loop().create_future()
        self.outbox[number] = question
        self.futures[number] = future
        future.add_done_callback(lambda _: self._ended(number))
        return future

    def exchange(self, wanted, timeout):
        """Tells the host what it does not know yet, and waits on the C stack: for the answer with the number `wanted`, or for any
        answer but no longer than `timeout` seconds. Settles futures, and gives all answers that came."""
        asked, cancelled = self.told()
        answers = loads(
            door.ask(
                dumps(
                    {'asked': asked, 'cancelled': cancelled, 'wanted': wanted, 'timeout': timeout}
                )
            )
        )
        self.settle(answers)
        return answers

    def told(self):
        """What the host does not know yet; from now on it does."""
        asked = [[number, *question] for number, question in self.outbox.items()]
        cancelled, self.cancelled = self.cancelled, []
        self.outbox = {}
        return asked, cancelled

    def settle(self, answers):
        """Hands answers to the futures that wait for them. One that nobody waits for is dropped."""
        for answer in answers:
            future = self.futures.pop(answer[0], None)
            if future is None or future.done():
                continue
            try:
                future.set_result(outcome(answer))
            except Exception as error:
                future.set_exception(error)

    def _ended(self, number):
        """The guest no longer waits. A question that the host does not know yet is never asked."""
        if self.futures.pop(number, None) is not None and self.outbox.pop(number, None) is None:
            self.cancelled.append(number)

    def question(self, effect, target, args, kwargs):
        # The arguments as they are now: what the guest does with a list later is not seen by the host.
        try:
            payload = given([list(args), kwargs or {}], MOST_NODES, self.most_bytes)
        except TooLarge:
            said = f'the arguments are more than {self.most_bytes} bytes (limits.effectBytes)'
        except TypeError as error:
            said = str(error)
        else:
            return [effect, target, payload, *self.position()]
        raise TypeError(f'{target}(): {said}')

    def position(self):
        """Line, and UTF-8 column from 0, of the guest's innermost frame, in the guarded text."""
        frame = _getframe(2)
        while frame is not None and frame.f_globals is not self.scope:
            frame = frame.f_back
        if frame is None:
            return [None, None]
        for index, (line, _, column, _) in enumerate(frame.f_code.co_positions()):
            if index == frame.f_lasti // 2:
                return [line, column]
        return [frame.f_lineno, None]


def outcome(answer):
    """The value of an answer `[number, value]`, or the exception of `[number, None, type, text]`, raised."""
    if len(answer) == 2:
        return answer[1]
    raise ERRORS.get(answer[2], RuntimeError)(answer[3])


questions = Questions()
