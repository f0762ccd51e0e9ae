"""The texts of the guest's files as they were written, for its own tracebacks: the host gives them with the code, as bytes.

Nothing is done with them until something is raised and told. Then a position of the guarded text is taken back to the source, as
src/rewrite/map.ts does it for the host: columns count bytes of UTF-8 here as there, as the interpreter has them.
"""

from ..sealed import __builtins__
from bisect import bisect_left, bisect_right
from itertools import accumulate

# Bytes of texts that a session keeps; the oldest go first.
_MOST_BYTES = 4_000_000
# Numbers per edit: where it is in the source, how much it replaces, by how much, and whether it made a name a string.
_EDIT = 4


class Source:
    """One file: its text, what rewriting did to it, the number of lines before it, and whether it is the body of a function."""

    def __init__(self, text, edits, before, is_body):
        self.size, self.before, self.is_body = len(text), before, is_body
        self._text, self._edits, self._lines = text, edits, []

    def _look(self):
        if not self._lines:
            self._lines = self._text.split(b'\n')
            self._starts = [0, *accumulate(len(line) + 1 for line in self._lines)]
            numbers = memoryview(self._edits).cast('i').tolist()
            self._from, self._removed, self._inserted, self._is_name = (
                numbers[at::_EDIT] for at in range(_EDIT)
            )
            shifts = [new - old for new, old in zip(self._inserted, self._removed)]
            # How far what follows each edit is moved, and where each begins in the guarded text.
            self._moved = [0, *accumulate(shifts)]
            self._places = [at + moved for at, moved in zip(self._from, self._moved)]

    def line(self, number):
        """The text of a line, counted from 1; empty where there is none."""
        self._look()
        at = number - 1
        return self._lines[at].decode().rstrip('\r') if 0 <= at < len(self._lines) else ''

    def lines(self, first):
        """The lines from one on, with their ends."""
        self._look()
        return [line.decode().rstrip('\r') + '\n' for line in self._lines[first - 1 :]]

    def column(self, number, column, is_start):
        """The column of the source for one of the guarded text, of which the position is a start or an end."""
        self._look()
        if not 0 < number <= len(self._lines):
            return column
        start, end = self._starts[number - 1], self._starts[number] - 1
        offset = start + self._moved[bisect_left(self._from, start)] + column
        return min(max(self._offset(offset, is_start), start), end) - start

    def _offset(self, offset, is_start):
        find = bisect_right if is_start else bisect_left
        at = find(self._places, offset) - 1
        if at < 0:
            return offset
        begin, inside = self._from[at], offset - self._places[at]
        if inside >= self._inserted[at]:
            return begin + self._removed[at] + inside - self._inserted[at]
        return begin + self._removed[at] * (inside > 0 and is_start and not self._is_name[at])


_sources = {}


def tell(filename, text, edits=b'', before=0, is_body=False):
    """This is the text of that file from now on."""
    _sources.pop(filename, None)
    _sources[filename] = Source(text, edits, before, is_body)
    size = sum([source.size for source in _sources.values()])
    while size > _MOST_BYTES and len(_sources) > 1:
        size -= _sources.pop(next(iter(_sources))).size


def source_of(filename):
    """None for a file whose text nobody told."""
    return _sources.get(filename)


def line_of(filename, number):
    """A line as it is told, by the number that it is told by; empty where nobody knows it."""
    source = _sources.get(filename) if type(filename) is str else None
    return '' if source is None or type(number) is not int else source.line(number - source.before)
