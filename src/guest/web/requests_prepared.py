"""Requests of `requests`, as a program describes them and as they are sent: URL, headers, body."""

from ...sealed import __builtins__
import json
from collections.abc import Iterable, Mapping
from secrets import token_hex
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from . import requests_exceptions as exceptions
from .requests_auth import HTTPBasicAuth
from .requests_structures import CaseInsensitiveDict, Cookies

# What URLs may hold as it is; `%` begins what is quoted already.
_SAFE = "!#$%&'()*+,/:;=?@[]~"


class Request:
    """A request as a program describes it."""

    def __init__(
        self, method=None, url=None, headers=None, files=None, data=None, params=None, auth=None, cookies=None, json=None
    ):  # fmt: skip
        self.method, self.url, self.params = method, url, params
        self.headers, self.cookies, self.auth = headers or {}, cookies, auth
        self.data, self.json, self.files = data, json, files

    def prepare(self):
        return prepared(self, CaseInsensitiveDict(), Cookies(), None)

    def __repr__(self):
        return f'<Request [{self.method}]>'


class PreparedRequest:
    """A request as it is sent."""

    def __init__(self, method, url, headers, body):
        self.method, self.url, self.headers, self.body = method, url, headers, body

    def __repr__(self):
        return f'<PreparedRequest [{self.method}]>'


def url_of(url, params):
    """The URL with its parameters, quoted."""
    if url is None or url == '':
        raise exceptions.MissingSchema(f'Invalid URL {url!r}: No scheme supplied')
    url = (url.decode() if isinstance(url, bytes) else str(url)).strip()
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise exceptions.InvalidURL(*error.args) from None
    if not parts.scheme:
        raise exceptions.MissingSchema(
            f'Invalid URL {url!r}: No scheme supplied. Perhaps you meant https://{url}?'
        )
    if parts.scheme not in ('http', 'https'):
        raise exceptions.InvalidSchema(f'No connection adapters were found for {url!r}')
    if not parts.netloc:
        raise exceptions.InvalidURL(f'Invalid URL {url!r}: No host supplied')
    query = '&'.join(part for part in (parts.query, encoded(params)) if part)
    path = quote(parts.path or '/', _SAFE)
    return urlunsplit((parts.scheme, parts.netloc, path, quote(query, _SAFE), ''))


def encoded(data):
    if isinstance(data, (str, bytes)) or data is None:
        return data.decode() if isinstance(data, bytes) else data
    rows = data.items() if isinstance(data, Mapping) else data
    pairs = []
    for name, value in rows:
        several = isinstance(value, Iterable) and not isinstance(value, (str, bytes))
        pairs += [(name, item) for item in (value if several else [value]) if item is not None]
    return urlencode(pairs)


def _bytes(data):
    if hasattr(data, 'read'):
        data = data.read()
    return data.encode() if isinstance(data, str) else bytes(data)


def _multipart(files, data):
    """The body of a form with files, and its type."""
    mark = token_hex(16)
    parts = []
    fields = data.items() if isinstance(data, Mapping) else data or ()
    for name, value in fields:
        parts.append(
            (f'name="{name}"', None, _bytes(value if isinstance(value, bytes) else str(value)))
        )
    for name, given in files.items() if isinstance(files, Mapping) else files:
        filename, content, kind = name, given, None
        if isinstance(given, (tuple, list)):
            filename, content, kind = (*given, None)[:3]
        shown = str(filename).replace('"', '%22').replace('\r', '%0D').replace('\n', '%0A')
        parts.append((f'name="{name}"; filename="{shown}"', kind, _bytes(content)))
    body = b''
    for facts, kind, content in parts:
        head = f'--{mark}\r\nContent-Disposition: form-data; {facts}\r\n'
        head += f'Content-Type: {kind}\r\n\r\n' if kind else '\r\n'
        body += head.encode() + content + b'\r\n'
    return body + f'--{mark}--\r\n'.encode(), f'multipart/form-data; boundary={mark}'


def _body(request):
    """The body of a request, and its type; None for what has none."""
    if request.files:
        return _multipart(request.files, request.data)
    if request.data is None or isinstance(request.data, (dict, list, tuple)) and not request.data:
        if request.json is None:
            return None, None
        try:
            return json.dumps(request.json, allow_nan=False).encode(), 'application/json'
        except ValueError as error:
            raise exceptions.InvalidJSONError(str(error)) from None
    if isinstance(request.data, (str, bytes, bytearray)) or hasattr(request.data, 'read'):
        return _bytes(request.data), None
    return encoded(request.data).encode(), 'application/x-www-form-urlencoded'


def prepared(request, headers, cookies, auth):
    method = str(request.method or 'GET').upper()
    whole = CaseInsensitiveDict(headers)
    for name, value in dict(request.headers or {}).items():
        if value is None:
            whole.pop(name, None)
        else:
            whole[name] = value
    body, kind = _body(request)
    if kind is not None and 'Content-Type' not in whole:
        whole['Content-Type'] = kind
    made = PreparedRequest(method, url_of(request.url, request.params), whole, body)
    sent = cookies._for(made.url) | dict(request.cookies or {})
    if sent and 'Cookie' not in whole:
        whole['Cookie'] = '; '.join(f'{name}={value}' for name, value in sent.items())
    auth = request.auth or auth
    if auth:
        made = (HTTPBasicAuth(*auth) if isinstance(auth, tuple) else auth)(made)
    return made
