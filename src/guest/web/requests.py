"""`requests` for guests: what most programs use of it. Every exchange is a question to the host.

An answer comes as a whole, so that `stream` changes nothing. Certificates are always verified, and the way to a server is the host's to
choose: `verify=False`, `cert` and `proxies` are errors.
"""

from ...sealed import __builtins__
import json
import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import timedelta
from http import HTTPStatus
from secrets import token_hex
from time import perf_counter
from types import SimpleNamespace
from urllib.parse import quote, urlencode, urljoin, urlsplit, urlunsplit

from ..questions import questions
from . import requests_exceptions as exceptions
from .exchange import REASONS, TooMuch, ask, ask_awaited, decoded
from .requests_exceptions import (
    ConnectionError as ConnectionError,
    ConnectTimeout as ConnectTimeout,
    HTTPError,
    JSONDecodeError,
    ReadTimeout as ReadTimeout,
    RequestException as RequestException,
    Timeout as Timeout,
    TooManyRedirects,
    URLRequired as URLRequired,
)

_MOST_REDIRECTS = 30
_REDIRECTS = (301, 302, 303, 307, 308)
# What URLs may hold as it is; `%` begins what is quoted already.
_SAFE = "!#$%&'()*+,/:;=?@[]~"

codes = SimpleNamespace(
    **{status.name.lower(): status.value for status in HTTPStatus},
    **{status.name: status.value for status in HTTPStatus},
)


class CaseInsensitiveDict(MutableMapping):
    """A dict of headers: looked up whatever their case."""

    def __init__(self, data=None, **kwargs):
        self._items = {}
        self.update({} if data is None else data, **kwargs)

    def __setitem__(self, key, value):
        self._items[key.lower()] = (key, value)

    def __getitem__(self, key):
        return self._items[key.lower()][1]

    def __delitem__(self, key):
        del self._items[key.lower()]

    def __iter__(self):
        return iter([key for key, _ in self._items.values()])

    def __len__(self):
        return len(self._items)

    def __eq__(self, other):
        if not isinstance(other, Mapping):
            return NotImplemented
        return dict(self.lower_items()) == dict(CaseInsensitiveDict(other).lower_items())

    def lower_items(self):
        return [(key, value) for key, (_, value) in self._items.items()]

    def copy(self):
        return CaseInsensitiveDict(self)

    def __repr__(self):
        return str(dict(self.items()))


class Cookies(MutableMapping):
    """Cookies by name, each for the host that set it; those that the program sets are for every host it asks."""

    def __init__(self):
        self._kept = {}

    def _named(self, name):
        return [key for key in self._kept if key[1] == name]

    def __getitem__(self, name):
        for key in self._named(name):
            return self._kept[key][0]
        raise KeyError(name)

    def __setitem__(self, name, value):
        self.set(name, value)

    def __delitem__(self, name):
        for key in self._named(name) or [('', name)]:
            del self._kept[key]

    def __iter__(self):
        return iter(dict.fromkeys([name for _, name in self._kept]))

    def __len__(self):
        return len(dict.fromkeys([name for _, name in self._kept]))

    def set(self, name, value, domain='', secure=False, **_):
        self._kept[(domain, name)] = (str(value), secure)

    def get_dict(self):
        return dict(self)

    def _learn(self, host, rows):
        for name, text in rows:
            if name.lower() != 'set-cookie':
                continue
            pair, *rest = text.split(';')
            key, _, value = pair.partition('=')
            facts = {
                part.partition('=')[0].strip().lower(): part.partition('=')[2].strip()
                for part in rest
            }
            age = facts.get('max-age', '1')
            if age == '0' or age.startswith('-'):
                self._kept.pop((host, key.strip()), None)
            else:
                self.set(key.strip(), value.strip(), host, 'secure' in facts)

    def _for(self, url):
        parts = urlsplit(url)
        return {
            name: value
            for (domain, name), (value, secure) in self._kept.items()
            if domain in ('', parts.hostname) and (parts.scheme == 'https' or not secure)
        }


class AuthBase:
    """What adds to a request who asks: called with it, answers it."""

    def __call__(self, r):
        raise NotImplementedError('Auth hooks must be callable.')


class HTTPBasicAuth(AuthBase):
    """A name and a password."""

    def __init__(self, username, password):
        self.username, self.password = username, password

    def __call__(self, r):
        pair = f'{self.username}:{self.password}'.encode()
        r.headers['Authorization'] = 'Basic ' + b64encode(pair).decode()
        return r


class Request:
    """A request as a program describes it."""

    def __init__(
        self, method=None, url=None, headers=None, files=None, data=None, params=None, auth=None, cookies=None, json=None
    ):  # fmt: skip
        self.method, self.url, self.params = method, url, params
        self.headers, self.cookies, self.auth = headers or {}, cookies, auth
        self.data, self.json, self.files = data, json, files

    def prepare(self):
        return _prepared(self, CaseInsensitiveDict(), Cookies(), None)

    def __repr__(self):
        return f'<Request [{self.method}]>'


class PreparedRequest:
    """A request as it is sent."""

    def __init__(self, method, url, headers, body):
        self.method, self.url, self.headers, self.body = method, url, headers, body

    def __repr__(self):
        return f'<PreparedRequest [{self.method}]>'


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


def _url(url, params):
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
    query = '&'.join(part for part in (parts.query, _encoded(params)) if part)
    path = quote(parts.path or '/', _SAFE)
    return urlunsplit((parts.scheme, parts.netloc, path, quote(query, _SAFE), ''))


def _encoded(data):
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
    return _encoded(request.data).encode(), 'application/x-www-form-urlencoded'


def _prepared(request, headers, cookies, auth):
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
    made = PreparedRequest(method, _url(request.url, request.params), whole, body)
    sent = cookies._for(made.url) | dict(request.cookies or {})
    if sent and 'Cookie' not in whole:
        whole['Cookie'] = '; '.join(f'{name}={value}' for name, value in sent.items())
    auth = request.auth or auth
    if auth:
        made = (HTTPBasicAuth(*auth) if isinstance(auth, tuple) else auth)(made)
    return made


def _seconds(timeout):
    """`timeout` as one number: the host counts an exchange as a whole."""
    if isinstance(timeout, tuple):
        given = [part for part in timeout if part is not None]
        return sum(given) if len(given) == len(timeout) else None
    return timeout


def _redirected(request, answer, cookies):
    """The request that a redirect asks for."""
    code, method, body = answer.status_code, request.method, request.body
    headers = request.headers.copy()
    if (
        code == 303
        and method != 'HEAD'
        or code == 302
        and method != 'HEAD'
        or code == 301
        and method == 'POST'
    ):
        method, body = ('HEAD' if method == 'HEAD' else 'GET'), None
        for name in 'Content-Type', 'Content-Encoding', 'Content-Language':
            headers.pop(name, None)
    location = answer.headers['location'].encode('latin-1').decode('utf-8', 'replace')
    url = _url(urljoin(request.url, location), None)
    before, after = urlsplit(request.url), urlsplit(url)
    headers.pop('Cookie', None)
    if before[:2] != after[:2]:
        headers.pop('Authorization', None)
    sent = cookies._for(url)
    if sent:
        headers['Cookie'] = '; '.join(f'{name}={value}' for name, value in sent.items())
    return PreparedRequest(method, url, headers, body)


def _answered(request, status, rows, body, began):
    answer = Response()
    answer.request, answer.url, answer.status_code = request, request.url, status
    answer.reason = REASONS.get(status, '')
    for name, value in rows:
        answer.headers[name] = (
            f'{answer.headers[name]}, {value}' if name in answer.headers else value
        )
    try:
        answer.content = decoded(body, answer.headers.get('content-encoding', ''))
    except (zlib.error, TooMuch) as error:
        raise exceptions.ContentDecodingError(
            str(error), request=request, response=answer
        ) from None
    kind, _, rest = answer.headers.get('content-type', '').partition('charset=')
    if rest:
        answer.encoding = rest.partition(';')[0].strip(' \'"')
    answer.elapsed = timedelta(seconds=perf_counter() - began)
    return answer


def _exchanges(session, request, allow_redirects, timeout):
    """The steps of a request: yields what is to be asked, is sent the answer, and returns the response."""
    history = []
    while True:
        began = perf_counter()
        try:
            status, rows, body = yield (
                request.method, request.url, list(request.headers.items()), request.body, timeout
            )  # fmt: skip
        except Exception as error:
            named = exceptions.named(error, request)
            if named is None:
                raise
            raise named from None
        answer = _answered(request, status, rows, body, began)
        host = urlsplit(request.url).hostname
        for cookies in answer.cookies, session.cookies:
            cookies._learn(host, rows)
        answer.history = history[:]
        if not (allow_redirects and answer.is_redirect):
            return answer
        if len(history) >= session.max_redirects:
            raise TooManyRedirects(f'Exceeded {session.max_redirects} redirects.', response=answer)
        history.append(answer)
        request = _redirected(request, answer, session.cookies)


class _Sessions:
    """What a session keeps between its requests."""

    def __init__(self):
        self.headers = CaseInsensitiveDict(
            {'User-Agent': 'pyrestrict', 'Accept-Encoding': 'gzip, deflate', 'Accept': '*/*'}
        )
        self.cookies, self.params, self.auth = Cookies(), {}, None
        self.max_redirects = _MOST_REDIRECTS

    def prepare_request(self, request):
        params = request.params
        if self.params:
            merged = _encoded(self.params), _encoded(params)
            params = '&'.join(part for part in merged if part)
        whole = Request(
            request.method, request.url, request.headers, request.files, request.data, params, request.auth, request.cookies,
            request.json,
        )  # fmt: skip
        return _prepared(whole, self.headers, self.cookies, self.auth)

    def _steps(self, method, url, params=None, data=None, headers=None, cookies=None, files=None, auth=None, timeout=None,
               allow_redirects=True, proxies=None, stream=None, verify=None, cert=None, json=None):  # fmt: skip
        if verify is False:
            raise ValueError('verify=False: certificates are always verified')
        if proxies or cert:
            raise ValueError('proxies, cert: the host chooses how a server is reached')
        request = Request(method, url, headers, files, data, params, auth, cookies, json)
        return _exchanges(self, self.prepare_request(request), allow_redirects, _seconds(timeout))

    def get(self, url, **kwargs):
        return self.request('GET', url, **kwargs)

    def options(self, url, **kwargs):
        return self.request('OPTIONS', url, **kwargs)

    def head(self, url, **kwargs):
        return self.request('HEAD', url, **{'allow_redirects': False} | kwargs)

    def post(self, url, data=None, json=None, **kwargs):
        return self.request('POST', url, data=data, json=json, **kwargs)

    def put(self, url, data=None, **kwargs):
        return self.request('PUT', url, data=data, **kwargs)

    def patch(self, url, data=None, **kwargs):
        return self.request('PATCH', url, data=data, **kwargs)

    def delete(self, url, **kwargs):
        return self.request('DELETE', url, **kwargs)

    def close(self):
        """There is no connection to close."""


class Session(_Sessions):
    """Requests that share headers and cookies."""

    def request(self, method, url, *args, **kwargs):
        return _driven(self._steps(method, url, *args, **kwargs))

    def send(self, request, allow_redirects=True, timeout=None):
        return _driven(_exchanges(self, request, allow_redirects, _seconds(timeout)))

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()


class AsyncSession(_Sessions):
    """The same, awaited: `async with AsyncSession() as session: answer = await session.get(url)`."""

    # Coroutines that are made by plain functions, which see where in the program they are called.
    def request(self, method, url, *args, **kwargs):
        return _awaited(self._steps(method, url, *args, **kwargs), questions.position())

    async def __aenter__(self):
        return self

    async def __aexit__(self, *args):
        self.close()


def _driven(steps):
    """What the steps come to, waiting for each answer."""
    answer, error = None, None
    while True:
        try:
            asked = steps.send(answer) if error is None else steps.throw(error)
        except StopIteration as stop:
            return stop.value
        answer = error = None
        try:
            answer = ask(*asked)
        except Exception as raised:
            error = raised


async def _awaited(steps, at):
    """The same, awaiting each answer. `at` is where the program asked."""
    answer, error = None, None
    while True:
        try:
            asked = steps.send(answer) if error is None else steps.throw(error)
        except StopIteration as stop:
            return stop.value
        answer = error = None
        try:
            answer = await ask_awaited(*asked, at)
        except Exception as raised:
            error = raised


def session():
    return Session()


def request(method, url, **kwargs):
    return Session().request(method, url, **kwargs)


def get(url, params=None, **kwargs):
    return request('GET', url, params=params, **kwargs)


def options(url, **kwargs):
    return request('OPTIONS', url, **kwargs)


def head(url, **kwargs):
    return request('HEAD', url, **{'allow_redirects': False} | kwargs)


def post(url, data=None, json=None, **kwargs):
    return request('POST', url, data=data, json=json, **kwargs)


def put(url, data=None, **kwargs):
    return request('PUT', url, data=data, **kwargs)


def patch(url, data=None, **kwargs):
    return request('PATCH', url, data=data, **kwargs)


def delete(url, **kwargs):
    return request('DELETE', url, **kwargs)


for _thing in (
    CaseInsensitiveDict,
    Cookies,
    AuthBase,
    HTTPBasicAuth,
    Request,
    PreparedRequest,
    Response,
    Session,
    AsyncSession,
):
    _thing.__module__ = 'requests'
