"""Texts that a program has evaluated: what of them is asked of the host, and the exception of one that is refused.

Nothing here is trusted: the host judges whatever text it is asked about, and the code that comes back is scanned (evaluated.py).
"""

from ..sealed import __builtins__
import re

from ..ownership import mro_of

_str = str.__str__
_MOST_FILENAME, _MOST_LINE = 1_000, 10_000
# As PEP 263 has it.
_CODING = re.compile(rb'[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)')
# What CPython says with an IndentationError.
_INDENTS = re.compile('unexpected indent|unindent does not|expected an indented block')
_BYTES = (bytes, bytearray, memoryview)


def _decoded(data):
    for line in data.split(b'\n', 2)[:2]:
        told = _CODING.match(line)
        if told and told[1].lower().replace(b'_', b'-') not in (b'utf-8', b'utf8', b'ascii'):
            raise SyntaxError(f'encoding problem: {told[1].decode()}: bytes are UTF-8 here')
    try:
        return data.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise SyntaxError(f'(unicode error) {error}') from None


def text_of(source, function, wanted):
    """The text as an exact string that can be told; what CPython raises for any other."""
    ancestors = mro_of(type(source))
    if str in ancestors:
        text = _str(source)
    elif any([kind in ancestors for kind in _BYTES]):
        text = _decoded(bytes(memoryview(source)))
    else:
        raise TypeError(f'{function}() arg 1 must be a string, bytes or {wanted} object')
    text.encode()
    # The interpreter takes all of them for line feeds, also in strings; most readers do not.
    text = text.replace('\r\n', '\n').replace('\r', '\n')
    if '\0' in text:
        raise SyntaxError('source code string cannot contain null bytes')
    return text


def _column(line, column):
    """A column of UTF-16, from 1, as CPython counts it."""
    return len(line.encode('utf-16-le')[: 2 * column - 2].decode('utf-16-le', 'ignore')) + 1


def refusal(findings, omitted, text, filename):
    """The exception of a text that is refused: its first diagnostic, with the hint and the others as notes."""
    lines = text.split('\n')
    (code, message, hint, line, column, end_line, end_column), *others = findings
    first = lines[line - 1] if line <= len(lines) else ''
    last = lines[end_line - 1] if end_line <= len(lines) else ''
    place = filename, line, _column(first, column), first[:_MOST_LINE], end_line
    kind = IndentationError if code == 'PR007' or _INDENTS.match(message) else SyntaxError
    error = kind(message, (*place, _column(last, end_column)))
    if hint is not None:
        error.add_note(f'hint: {hint}')
    for other in others:
        error.add_note(f'line {other[3]}: {other[1]}')
    if omitted:
        error.add_note(f'and {omitted} more')
    return error


def filename_of(given):
    ancestors = mro_of(type(given))
    if bytes in ancestors:
        filename = bytes(memoryview(given)).decode('utf-8', 'replace')
    elif str in ancestors:
        filename = _str(given)
        filename.encode()
    else:
        raise TypeError(f'expected str, bytes or os.PathLike object, not {type(given).__name__}')
    if '\0' in filename or len(filename) > _MOST_FILENAME:
        raise ValueError(f'a file name has at most {_MOST_FILENAME} characters here, and no NUL')
    return filename
