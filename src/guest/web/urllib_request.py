"""`urllib.request` for guests: what opens a URL. Every exchange is a question to the host."""

from ...sealed import __builtins__
from urllib.parse import urljoin, urlsplit

from .exchange import HTTPResponse, ask
from .urllib_error import HTTPError, URLError

_MOST_REDIRECTS = 10
_REDIRECTS = (301, 302, 303, 307, 308)
_AGENT = 'Python-urllib/3.14'


class Request:
    """A request."""

    def __init__(
        self, url, data=None, headers={}, origin_req_host=None, unverifiable=False, method=None
    ):
        self.full_url, self.data, self.timeout = url, data, None
        self.headers, self.unredirected_hdrs = {}, {}
        for name, value in headers.items():
            self.add_header(name, value)
        if method:
            self.method = method
        parts = urlsplit(url)
        if not parts.scheme:
            raise ValueError(f'unknown url type: {url!r}')
        self.type, self.host = parts.scheme, parts.netloc
        self.selector = (parts.path or '/') + (f'?{parts.query}' if parts.query else '')
        self.fragment, self.origin_req_host, self.unverifiable = (
            parts.fragment or None,
            origin_req_host or parts.hostname,
            unverifiable,
        )

    def get_method(self):
        return getattr(self, 'method', 'GET' if self.data is None else 'POST')

    def get_full_url(self):
        return self.full_url

    def add_header(self, key, val):
        self.headers[key.capitalize()] = val

    def add_unredirected_header(self, key, val):
        self.unredirected_hdrs[key.capitalize()] = val

    def has_header(self, header_name):
        return header_name in self.headers or header_name in self.unredirected_hdrs

    def get_header(self, header_name, default=None):
        return self.headers.get(header_name, self.unredirected_hdrs.get(header_name, default))

    def remove_header(self, header_name):
        self.headers.pop(header_name, None)
        self.unredirected_hdrs.pop(header_name, None)

    def header_items(self):
        return list((self.unredirected_hdrs | self.headers).items())


class OpenerDirector:
    """What opens requests, with the headers of `addheaders` in each."""

    def __init__(self):
        self.addheaders = [('User-agent', _AGENT)]

    def open(self, fullurl, data=None, timeout=None):
        request = Request(fullurl, data) if isinstance(fullurl, str) else fullurl
        if data is not None:
            request.data = data
        return self._opened(request, timeout, 0)

    def _opened(self, request, timeout, redirects):
        if request.type not in ('http', 'https'):
            raise URLError(f'unknown url type: {request.type}')
        method, body = request.get_method(), _bytes(request.data)
        headers = {str(name).capitalize(): value for name, value in self.addheaders}
        headers |= request.unredirected_hdrs | request.headers
        if body is not None and 'Content-type' not in headers:
            headers['Content-type'] = 'application/x-www-form-urlencoded'
        url = request.full_url.partition('#')[0]
        try:
            status, rows, content = ask(method, url, headers.items(), body, timeout)
        except OSError as error:
            raise URLError(error) from None
        answer = HTTPResponse(method, url, status, rows, content)
        location = answer.getheader('location')
        if (
            status in _REDIRECTS
            and location
            and (method in ('GET', 'HEAD') or method == 'POST' and status < 304)
        ):
            if redirects == _MOST_REDIRECTS:
                raise HTTPError(url, status, 'The HTTP server returned a redirect error that would lead to an infinite loop.',
                                answer.headers, answer)  # fmt: skip
            next_one = Request(
                urljoin(url, location.replace(' ', '%20')),
                headers={
                    name: value
                    for name, value in request.headers.items()
                    if name not in ('Content-length', 'Content-type')
                },
                method='HEAD' if method == 'HEAD' else 'GET',
                origin_req_host=request.origin_req_host,
                unverifiable=True,
            )
            if (next_one.type, next_one.host) != (request.type, request.host):
                next_one.remove_header('Authorization')
                next_one.remove_header('Cookie')
            return self._opened(next_one, timeout, redirects + 1)
        if not 200 <= status < 300:
            raise HTTPError(url, status, answer.reason, answer.headers, answer)
        return answer


def _bytes(data):
    if data is None or isinstance(data, bytes):
        return data
    if isinstance(data, str):
        raise TypeError(
            'POST data should be bytes, an iterable of bytes, or a file object. It cannot be of type str.'
        )
    if hasattr(data, 'read'):
        return data.read()
    if isinstance(data, (bytearray, memoryview)):
        return bytes(data)
    return b''.join(data)


def build_opener():
    """A new opener. There are no handlers: the host chooses how a server is reached."""
    return OpenerDirector()


_installed = []


def install_opener(opener):
    _installed[:] = [opener]


def urlopen(url, data=None, timeout=None, *, context=None):
    """Opens a URL, or a request. Certificates are always verified."""
    if context is not None:
        raise ValueError('context: certificates are verified by the host')
    opener = _installed[0] if _installed else OpenerDirector()
    return opener.open(url, data, timeout)


Request.__module__ = OpenerDirector.__module__ = 'urllib.request'
