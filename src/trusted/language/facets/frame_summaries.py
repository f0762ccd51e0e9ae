"""What `traceback` tells of a frame: where it stands. Data, made of names and numbers; it leads to no frame."""

from ..sealed import __builtins__


class FrameSummary:
    """One call: the file, the line, the name of the function."""

    __slots__ = 'filename lineno name end_lineno colno end_colno locals _line'.split()

    def __init__(
        self,
        filename,
        lineno,
        name,
        *,
        lookup_line=True,
        locals=None,
        line=None,
        end_lineno=None,
        colno=None,
        end_colno=None,
    ):
        self.filename, self.lineno, self.name = filename, lineno, name
        self.end_lineno = lineno if end_lineno is None else end_lineno
        self.colno, self.end_colno = colno, end_colno
        self.locals = {key: repr(held) for key, held in locals.items()} if locals else None
        self._line = line

    @property
    def line(self):
        """The line's text, where it was given."""
        return None if self.lineno is None else (self._line or '').strip()

    def _parts(self):
        return self.filename, self.lineno, self.name, self.line

    def __eq__(self, other):
        if type(other) is FrameSummary:
            return (_parts(self), self.locals) == (_parts(other), other.locals)
        return _parts(self) == other if isinstance(other, tuple) else NotImplemented

    __hash__ = None

    def __getitem__(self, at):
        return _parts(self)[at]

    def __iter__(self):
        return iter(_parts(self))

    def __len__(self):
        return 4

    def __repr__(self):
        return f'<FrameSummary file {self.filename}, line {self.lineno} in {self.name}>'


_parts = FrameSummary._parts
del FrameSummary._parts
FrameSummary.__module__ = 'traceback'


class StackSummary(list):
    """Calls, the outermost first."""

    @classmethod
    def from_list(cls, a_list):
        return StackSummary(
            [
                each
                if type(each) is FrameSummary
                else FrameSummary(*tuple(each)[:3], line=tuple(each)[3])
                for each in a_list
            ]
        )

    def format_frame_summary(self, frame_summary):
        if type(frame_summary) is not FrameSummary:
            raise TypeError('expected a FrameSummary')
        name, text = frame_summary.name, frame_summary.line
        said = f'  File "{frame_summary.filename}", line {frame_summary.lineno}, in {name}\n'
        said += f'    {text}\n' if text else ''
        for key, held in sorted((frame_summary.locals or {}).items()):
            said += f'    {key} = {held}\n'
        return said

    def format(self):
        return [StackSummary.format_frame_summary(self, each) for each in self]


StackSummary.__module__ = 'traceback'


def format_list(extracted_list):
    """A text for each of the calls."""
    return StackSummary.from_list(extracted_list).format()
