"""Responses of `requests`."""

from ...sealed import __builtins__
import json
from datetime import timedelta

from .requests_exceptions import HTTPError, JSONDecodeError
from .requests_structures import CaseInsensitiveDict, Cookies

_REDIRECTS = (301, 302, 303, 307, 308)


class Response:
    """An answer."""

    def __init__(self):
        self.status_code = self.url = self.encoding = self.reason = self.request = None
        self.headers, self.cookies, self.history = CaseInsensitiveDict(), Cookies(), []
        self.elapsed = timedelta(0)
        self.content = b''

    def __repr__(self):
        return f'<Response [{self.status_code}]>'

    def __bool__(self):
        return self.ok

    def __iter__(self):
        return self.iter_content(128)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    @property
    def ok(self):
        return not 400 <= self.status_code < 600

    @property
    def is_redirect(self):
        return 'location' in self.headers and self.status_code in _REDIRECTS

    @property
    def is_permanent_redirect(self):
        return 'location' in self.headers and self.status_code in (301, 308)

    @property
    def apparent_encoding(self):
        try:
            self.content.decode()
        except UnicodeDecodeError:
            return 'ISO-8859-1'
        return 'utf-8'

    @property
    def text(self):
        """The body as text: by the encoding that the server names, or else as UTF-8 where it is that."""
        try:
            return self.content.decode(self.encoding or self.apparent_encoding, 'replace')
        except LookupError:
            return self.content.decode(self.apparent_encoding, 'replace')

    def json(self, **kwargs):
        try:
            return json.loads(self.content if self.encoding is None else self.text, **kwargs)
        except json.JSONDecodeError as error:
            raise JSONDecodeError(error.msg, error.doc, error.pos, response=self) from None
        except UnicodeDecodeError:
            raise JSONDecodeError('no text', '', 0, response=self) from None

    def iter_content(self, chunk_size=1, decode_unicode=False):
        whole = self.text if decode_unicode else self.content
        size = chunk_size or max(1, len(whole))
        return iter([whole[at : at + size] for at in range(0, len(whole), size)])

    def iter_lines(self, chunk_size=512, decode_unicode=False, delimiter=None):
        whole = self.text if decode_unicode else self.content
        return iter(whole.split(delimiter) if delimiter else whole.splitlines())

    @property
    def links(self):
        """The header `Link`, by relation."""
        found = {}
        for part in self.headers.get('link', '').split(','):
            url, *facts = part.split(';')
            link = {'url': url.strip(' <>\'"')}
            for fact in facts:
                key, _, value = fact.partition('=')
                link[key.strip(' \'"')] = value.strip(' \'"')
            if link['url']:
                found[link.get('rel') or link['url']] = link
        return found

    def raise_for_status(self):
        if 400 <= self.status_code < 600:
            whose = 'Client' if self.status_code < 500 else 'Server'
            raise HTTPError(
                f'{self.status_code} {whose} Error: {self.reason} for url: {self.url}',
                response=self,
            )

    def close(self):
        """The body is here already."""
