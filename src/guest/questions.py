"""Questions of a guest to its host, and their answers.

A question has a number, an effect, a target and arguments. There are two ways to ask one:

- `ask` waits on the C stack until the host has answered. The worker is held meanwhile.
- `start` gives a future. Questions that were started gather in the outbox, and the host is told of them when the guest has
  nothing else to do (program.py) or when it waits on the stack for another. So what happens between two such points, a turn, has
  asked nobody anything when it is ended by force, and can be made again.

Functions among the arguments of a call are lent (lent.py): the host may call them until it has answered.

Nothing here is trusted: it runs in the guest's memory, and the host believes none of it.
"""

from ..sealed import __builtins__
import asyncio
from itertools import count, islice
from sys import _getframe

from .. import hatch
from ..values import TooLarge, dumps, given, loads
from .lent import Lent

# Values in the arguments of one question; characters of its target. A longer one is cut: it is nothing that a host grants.
MOST_NODES, MOST_TARGET = 1_000_000, 20_000

# Exceptions that a host may raise here; those of the host's own are added by `grant` (own.py).
ERRORS = {
    kind.__name__: kind
    for kind in (
        Exception, ArithmeticError, ConnectionError, EOFError, FileExistsError, FileNotFoundError, IndexError, IsADirectoryError,
        KeyError, LookupError, NotADirectoryError, NotImplementedError, OSError, PermissionError, RuntimeError, TimeoutError,
        TypeError, ValueError,
    )
}  # fmt: skip


class Question:
    """What is asked, as it was when it was made: `row` is what the host is told of it but for its number."""

    __slots__ = ('row', 'lent')

    def __init__(self, row, lent):
        self.row, self.lent = row, lent


class Questions:
    """The questions of this interpreter's guest."""

    def __init__(self):
        self.numbers = count(1)
        # Futures of what was started and is not answered, and the answers to what is waited for on the stack; by number.
        self.futures, self.answers = {}, {}
        # The functions that were lent with questions, by number.
        self.lent = {}
        # What the host does not know yet: questions by number, numbers that nobody waits for any more, what lent functions gave.
        self.outbox = {}
        self.cancelled, self.given = [], []
        # Globals of the guest's program and, by their ids, of modules: the innermost frame that has such is where it asked.
        self.scope, self.scopes = None, {}
        # Files of texts that were evaluated: where they ask is told of who had them evaluated.
        self.texts = set()
        # Bytes of the arguments of one question, and questions that may wait at once.
        self.most_bytes = self.most_pending = 0

    def ask(self, effect, target, args=(), kwargs=None):
        """The host's answer; the worker waits for it."""
        number = self._numbered(self.question(effect, target, args, kwargs))
        self.answers[number] = None
        try:
            while self.answers[number] is None:
                if not self.exchange(number, None):
                    raise RuntimeError('the host did not answer')
            return self.outcome(self.answers[number])
        finally:
            del self.answers[number]
            self.lent.pop(number, None)

    def start(self, question):
        """A future of the running loop for the host's answer to what `question` made."""
        if len(self.futures) >= self.most_pending:
            raise RuntimeError(
                f'{self.most_pending} questions wait for their answers already (limits.pending)'
            )
        number = self._numbered(question)
        future = asyncio.get_running_loop().create_future()
        self.futures[number] = future
        future.add_done_callback(lambda _: self._ended(number))
        return future

    def exchange(self, wanted, timeout):
        """Tells the host what it does not know yet, and waits on the C stack: for the answer with the number `wanted`, or for any
        answer but no longer than `timeout` seconds. Whether anything came of it."""
        told = self.told() | {'wanted': wanted, 'timeout': timeout}
        rows = loads(hatch.ask(dumps(told)))
        self.settle(rows)
        return bool(rows)

    def told(self):
        """What the host does not know yet; from now on it does."""
        told = {
            'asked': [[number, *question.row] for number, question in self.outbox.items()],
            'cancelled': self.cancelled,
            'given': self.given,
        }
        self.outbox, self.cancelled, self.given = {}, [], []
        return told

    def settle(self, rows):
        """Hands answers to those who wait for them, and calls the functions that the host calls. An answer that nobody waits for
        is dropped.

        A function that was lent with a call on the stack is called on it, once all of the rows are known: it may ask in its turn.
        """
        calls = []
        for row in rows:
            if row[0]:
                self._answered(row)
                continue
            _, call, number, place, args = row
            lent, future = self.lent.get(number), self.futures.get(number)
            if lent is None:
                self.given.append([call, None, 'RuntimeError', 'nobody waits for this call'])
            elif future is None:
                calls.append((lent, call, place, args))
            else:
                lent.begin(future.get_loop(), self, call, place, args)
        for lent, *call in calls:
            lent.perform(self, *call)

    def outcome(self, answer):
        """The value of an answer `[number, value]`; or the exception of `[number, None, type, text]`, raised. A fifth item is the
        call of a lent function whose own exception it is."""
        if len(answer) == 2:
            return answer[1]
        if len(answer) == 5 and (lent := self.lent.get(answer[0])) is not None:
            lent.throw(answer[4])
        raise ERRORS.get(answer[2], RuntimeError)(answer[3])

    def question(self, effect, target, args, kwargs):
        # The arguments as they are now: what the guest does with a list later is not seen by the host.
        functions = [] if effect == 'call' else None
        try:
            payload = given([list(args), kwargs or {}], MOST_NODES, self.most_bytes, functions)
        except TooLarge:
            said = f'the arguments are more than {self.most_bytes} bytes (limits.effectBytes)'
        except TypeError as error:
            said = str(error)
        else:
            row = [effect, target[:MOST_TARGET], payload, *self.position()]
            return Question(row, Lent(functions) if functions else None)
        raise TypeError(f'{target}(): {said}')

    def position(self):
        """Line, UTF-8 column from 0 and file of the guest's innermost frame, in the guarded text."""
        frame, scope, scopes = _getframe(2), self.scope, self.scopes
        while frame is not None and (
            (home := frame.f_globals) is not scope
            and id(home) not in scopes
            or frame.f_code.co_filename in self.texts
        ):
            frame = frame.f_back
        if frame is None:
            return [None, None, None]
        code = frame.f_code
        # Step by step in C: a program of one long module has its place far behind.
        at = islice(code.co_positions(), frame.f_lasti // 2, None)
        line, _, column, _ = next(at, (frame.f_lineno, None, None, None))
        return [line, column, code.co_filename]

    def _numbered(self, question):
        number = next(self.numbers)
        self.outbox[number] = question
        if question.lent is not None:
            self.lent[number] = question.lent
        return number

    def _answered(self, answer):
        number = answer[0]
        if number in self.answers:
            self.answers[number] = answer
            return
        future = self.futures.get(number)
        if future is None or future.done():
            return
        try:
            future.set_result(self.outcome(answer))
        except Exception as error:
            future.set_exception(error)
        self.futures.pop(number, None)
        self.lent.pop(number, None)

    def _ended(self, number):
        """The guest no longer waits. A question that the host does not know yet is never asked."""
        self.lent.pop(number, None)
        if self.futures.pop(number, None) is not None and self.outbox.pop(number, None) is None:
            self.cancelled.append(number)


questions = Questions()
