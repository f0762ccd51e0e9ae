"""`http.client` for guests. A connection is a place to ask from: every request is a question to the host."""

from ...sealed import __builtins__

from .exchange import REASONS, Headers, HTTPResponse, ask

HTTP_PORT, HTTPS_PORT = 80, 443
HTTPMessage, responses = Headers, REASONS


class HTTPException(Exception):
    """Whatever goes wrong with a connection."""


class InvalidURL(HTTPException):
    """A URL that is none."""


class NotConnected(HTTPException):
    """There is no connection."""


class ImproperConnectionState(HTTPException):
    """A request or an answer at the wrong time."""


class CannotSendRequest(ImproperConnectionState):
    """A request while another has not been answered."""


class CannotSendHeader(ImproperConnectionState):
    """A header where no request has been begun."""


class ResponseNotReady(ImproperConnectionState):
    """An answer to what was not asked."""


class HTTPConnection:
    """A server to ask."""

    default_port, _scheme = HTTP_PORT, 'http'

    def __init__(self, host, port=None, timeout=None, source_address=None, blocksize=16384):
        if source_address is not None:
            raise ValueError('source_address: the host chooses how a server is reached')
        host, port = _parted(host, port)
        self.host, self.port = host, self.default_port if port is None else port
        self.timeout = timeout
        self._begun = self._asked = None

    def set_tunnel(self, host, port=None, headers=None):
        raise ValueError('set_tunnel: the host chooses how a server is reached')

    def set_debuglevel(self, level):
        """There is nothing to tell."""

    def connect(self):
        """The host connects when it is asked."""

    def close(self):
        self._begun = self._asked = None

    def request(self, method, url, body=None, headers={}, *, encode_chunked=False):
        self.putrequest(method, url)
        for name, value in headers.items():
            self.putheader(name, value)
        self.endheaders(body)

    def putrequest(self, method, url, skip_host=False, skip_accept_encoding=False):
        if self._asked is not None or self._begun is not None:
            raise CannotSendRequest('Request-sent' if self._asked else 'Request-started')
        self._begun = [method, url or '/', [], b'']

    def putheader(self, header, *values):
        if self._begun is None:
            raise CannotSendHeader()
        name = header.decode('latin-1') if isinstance(header, bytes) else header
        value = '\r\n\t'.join(
            [item.decode('latin-1') if isinstance(item, bytes) else str(item) for item in values]
        )
        # Where a request goes and where it ends is told by the host: a program may name it too.
        if name.lower() not in ('host', 'content-length', 'connection', 'transfer-encoding'):
            self._begun[2].append((name, value))

    def endheaders(self, message_body=None, *, encode_chunked=False):
        if self._begun is None:
            raise CannotSendHeader()
        if message_body is not None:
            self.send(message_body)
        self._asked, self._begun = self._begun, None

    def send(self, data):
        begun = self._begun or self._asked
        if begun is None:
            raise NotConnected()
        if hasattr(data, 'read'):
            data = data.read()
        if isinstance(data, str):
            data = data.encode('iso-8859-1')
        begun[3] += data if isinstance(data, (bytes, bytearray, memoryview)) else b''.join(data)

    def getresponse(self):
        if self._asked is None:
            raise ResponseNotReady('Idle')
        method, url, headers, body = self._asked
        self._asked = None
        if not url.startswith(('http://', 'https://')):
            url = f'{self._scheme}://{self._authority()}{url}'
        return HTTPResponse(
            method, url, *ask(method, url, headers, bytes(body) or None, self.timeout)
        )

    def _authority(self):
        host = f'[{self.host}]' if ':' in self.host else self.host
        return host if self.port == self.default_port else f'{host}:{self.port}'


class HTTPSConnection(HTTPConnection):
    """A server to ask by TLS. Certificates are always verified."""

    default_port, _scheme = HTTPS_PORT, 'https'

    def __init__(
        self, host, port=None, *, timeout=None, source_address=None, context=None, blocksize=16384
    ):
        if context is not None:
            raise ValueError('context: certificates are verified by the host')
        super().__init__(host, port, timeout, source_address, blocksize)


def _parted(host, port):
    """The host and the port of `host:port`, where `port` is not told."""
    if port is None:
        at, bracket = host.rfind(':'), host.rfind(']')
        if at > bracket:
            digits = host[at + 1 :]
            if digits and not digits.isdecimal():
                raise InvalidURL(f"nonnumeric port: '{digits}'")
            port, host = int(digits) if digits else None, host[:at]
    if host[:1] == '[' and host[-1:] == ']':
        host = host[1:-1]
    return host, port


for _thing in list(globals().values()):
    if isinstance(_thing, type) and __name__ == _thing.__module__:
        _thing.__module__ = 'http.client'
