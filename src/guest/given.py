"""What the host gave this run: arguments, environment, and standard input, which is asked for as it is read.

`sys.stdin` is CPython's own text stream over a raw one of ours. So lines, iteration, `buffer` and `read(n)` are what they are anywhere.
"""

from ..sealed import __builtins__
import io
import os
import sys

from .questions import questions

# Bytes that the host is asked for at once; what it gives may be fewer.
PIECE = 1 << 16


class Raw(io.RawIOBase):
    """Bytes of the host's, as they come."""

    def __init__(self):
        # 'absent': the host gave none. 'open': it is asked. 'over': there is no more.
        self.state = 'absent'

    def readable(self):
        return True

    def isatty(self):
        return False

    def readinto(self, buffer):
        if self.state == 'absent':
            raise EOFError(
                'this program was given no input: the host gives it with the option `stdin`'
            )
        if self.state == 'over':
            return 0
        piece = questions.ask('stdin', 'stdin', (len(buffer),))
        buffer[: len(piece)] = piece
        if not piece:
            self.state = 'over'
        return len(piece)


class Given:
    """The one record of what a run was given. Its list and its mapping stay the same objects from run to run of a session."""

    def __init__(self):
        self.argv, self.env = sys.argv, os.environ
        # What the image was made with is nobody's. `~` is the root.
        self.env.clear()
        self.env['HOME'] = '/'
        self._raw = Raw()
        self.stdin = self._stream()

    def _stream(self):
        # Undecodable bytes go through, as they do to the output.
        return io.TextIOWrapper(
            io.BufferedReader(self._raw, PIECE), encoding='utf-8', errors='surrogateescape'
        )

    def begin(self, request, scope):
        """Before a run: what it is given takes the place of what the last one was given and has left."""
        self.argv[:] = [request.get('filename', ''), *request.get('argv', ())]
        if 'env' in request:
            self.env.clear()
            self.env.update(request['env'])
        try:
            self._raw.state = 'over'
            self.stdin.read()
        except ValueError:
            # A program before has closed it, or taken it apart.
            self._raw, self.stdin = Raw(), None
            self.stdin = self._stream()
        self._raw.state = 'open' if request.get('stdin') else 'absent'
        sys.stdin = self.stdin
        questions.scope = scope
        if 'effectBytes' in request:
            questions.most_bytes, questions.most_pending = (
                request['effectBytes'],
                request['pending'],
            )

    def line(self):
        """The next line without its end, as `input` gives it."""
        line = self.stdin.readline()
        if not line:
            raise EOFError('EOF when reading a line')
        return line.removesuffix('\n')


given = Given()
