"""Exchanges with servers, as the modules of this folder share them: one question to the host for each.

The host judges every one and believes nothing said here. It follows no redirect, keeps no cookie and decodes no body, so that a
guest has of it what it could write itself.
"""

from ...sealed import __builtins__
import io
import zlib
from collections.abc import Mapping
from http import HTTPStatus

from ..questions import questions

REASONS = {status.value: status.phrase for status in HTTPStatus}


def ask(method, url, headers, body=None, timeout=None):
    """The server's `(status, headers, body)`."""
    return _read(questions.ask('request', *_question(method, url, headers, body, timeout)))


async def ask_awaited(method, url, headers, body, timeout, at):
    """The same, awaited. `at` is where the program asked."""
    question = questions.question('request', *_question(method, url, headers, body, timeout))
    question.row[-len(at) :] = at
    return _read(await questions.start(question))


def _question(method, url, headers, body, timeout):
    rows = [(str(name), _latin(value)) for name, value in headers]
    given = {} if timeout is None else {'timeout': float(timeout)}
    return f'{method} {url}', (rows, body), given


def _latin(value):
    return value.decode('latin-1') if isinstance(value, (bytes, bytearray)) else str(value)


def _read(answer):
    rows = [(name, value) for name, value in answer['headers']]
    return answer['status'], rows, answer['body']


class Headers(Mapping):
    """Headers of an answer: looked up whatever their case, in the order they came. Of several of a name, the first."""

    __module__ = 'http.client'

    def __init__(self, rows=()):
        self._rows = list(rows)

    def __getitem__(self, name):
        return self.get(name)

    def get(self, name, failobj=None):
        found = self.get_all(name)
        return found[0] if found else failobj

    def get_all(self, name, failobj=None):
        wanted = str(name).lower()
        return [value for key, value in self._rows if key.lower() == wanted] or failobj

    def __contains__(self, name):
        return self.get_all(name) is not None

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return len(self._rows)

    def keys(self):
        return [name for name, _ in self._rows]

    def values(self):
        return [value for _, value in self._rows]

    def items(self):
        return list(self._rows)

    def get_content_type(self):
        return self.get('Content-Type', 'text/plain').partition(';')[0].strip().lower()

    def get_content_maintype(self):
        return self.get_content_type().partition('/')[0]

    def get_content_subtype(self):
        return self.get_content_type().partition('/')[2]

    def get_param(self, param, failobj=None, header='content-type'):
        for part in self.get(header, '').split(';')[1:]:
            name, _, value = part.partition('=')
            if name.strip().lower() == param:
                return value.strip().strip('"')
        return failobj

    def get_content_charset(self, failobj=None):
        charset = self.get_param('charset')
        return failobj if charset is None else charset.lower()

    def __str__(self):
        return ''.join(f'{name}: {value}\n' for name, value in self._rows) + '\n'


class HTTPResponse(io.BytesIO):
    """An answer, to be read as a file."""

    __module__ = 'http.client'

    version = 11

    def __init__(self, method, url, status, rows, body):
        super().__init__(b'' if method == 'HEAD' else body)
        self.url, self.status = url, status
        self.reason = REASONS.get(status, '')
        self.headers = Headers(rows)
        self.length = len(self.getvalue())

    @property
    def code(self):
        return self.status

    @property
    def msg(self):
        return self.headers

    def getheader(self, name, default=None):
        found = self.headers.get_all(name)
        return ', '.join(found) if found else default

    def getheaders(self):
        return self.headers.items()

    def getcode(self):
        return self.status

    def geturl(self):
        return self.url

    def info(self):
        return self.headers

    def isclosed(self):
        return self.closed


class TooMuch(Exception):
    """A body that is larger than a guest is given, once it is decoded."""


def decoded(body, encoding):
    """The body as it was before `Content-Encoding`. zlib.error for what is none, TooMuch where it is more than an answer may be."""
    for kind in reversed([part.strip().lower() for part in encoding.split(',')]):
        if kind in ('gzip', 'x-gzip', 'deflate'):
            body = _inflated(body, kind)
    return body


def _inflated(body, kind):
    if not body:
        return body
    # Servers that say `deflate` send it with a header or without.
    is_raw = kind == 'deflate' and (body[0] & 15 != 8 or int.from_bytes(body[:2]) % 31)
    reader = zlib.decompressobj(-zlib.MAX_WBITS if is_raw else zlib.MAX_WBITS | 32)
    text = reader.decompress(body, questions.most_bytes + 1)
    if len(text) > questions.most_bytes:
        raise TooMuch(
            f'the decoded body is more than {questions.most_bytes} bytes (limits.effectBytes)'
        )
    return text
