"""Connections of full Python: `http.client`, and whatever is built on it, talks to what stands here for a socket.

What is written to one is read as a request, which is a question to the host; its answer is what is read from it. So `urllib.request`
of the library follows redirects, keeps cookies and raises errors by itself. Other protocols have nobody to talk to.
"""

from .sealed import __builtins__
import io
import sys

from .guest.web import exchange, requests, requests_auth, requests_exceptions, requests_structures

# Told by the host: where a request goes and where it ends.
_FRAMING = {'host', 'connection', 'content-length', 'transfer-encoding', 'te', 'keep-alive'}


class Connection:
    """A connection to a server, by which one request after another is made."""

    def __init__(self, host, port, timeout):
        self.host, self.port, self.timeout = host, port, timeout
        self.scheme, self.sent = 'http', b''

    def sendall(self, data, flags=0):
        self.sent += bytes(data)

    def send(self, data, flags=0):
        self.sendall(data)
        return len(data)

    def makefile(self, mode='r', buffering=None, **kwargs):
        """What comes back, of the request that was written so far."""
        if mode != 'rb':
            raise OSError(52, 'Function not implemented')
        sent, self.sent = self.sent, b''
        return io.BytesIO(self._answered(sent))

    def _answered(self, sent):
        head, _, body = sent.partition(b'\r\n\r\n')
        first, *lines = head.decode('latin-1').split('\r\n')
        method, _, target = first.removesuffix(' HTTP/1.1').removesuffix(' HTTP/1.0').partition(' ')
        headers = [
            (name, value.lstrip(' ')) for name, _, value in (line.partition(':') for line in lines)
        ]
        if any(name.lower() == 'transfer-encoding' for name, _ in headers):
            body = _unchunked(body)
        if not target.startswith(('http://', 'https://')):
            target = f'{self.scheme}://{self._authority()}{target}'
        kept = [row for row in headers if row[0].lower() not in _FRAMING]
        status, rows, content = exchange.ask(method, target, kept, body or None, self.timeout)
        told = [f'HTTP/1.1 {status} {exchange.REASONS.get(status, "")}']
        has_body = method != 'HEAD' and status not in (204, 304)
        dropped = _FRAMING if has_body else _FRAMING - {'content-length'}
        told += [f'{name}: {value}' for name, value in rows if name.lower() not in dropped]
        if has_body:
            told.append(f'Content-Length: {len(content)}')
        return '\r\n'.join([*told, 'Connection: close', '', '']).encode('latin-1') + content

    def _authority(self):
        host = f'[{self.host}]' if ':' in self.host else self.host
        return f'{host}:{self.port}'

    def settimeout(self, value):
        self.timeout = value

    def gettimeout(self):
        return self.timeout

    def setsockopt(self, *args):
        pass

    def shutdown(self, how):
        pass

    def close(self):
        pass

    def fileno(self):
        return -1


def _unchunked(body):
    whole = b''
    while body:
        size, _, body = body.partition(b'\r\n')
        length = int(size.partition(b';')[0], 16)
        whole, body = whole + body[:length], body[length + 2 :]
    return whole


def create_connection(address, timeout=None, source_address=None, *, all_errors=False):
    """As socket.create_connection. Whether a server may be asked is told when it is."""
    if source_address is not None:
        raise OSError(52, 'Function not implemented')
    if not _given:
        return _real_connection(address, timeout)
    host, port = address
    return Connection(host, port, timeout if isinstance(timeout, (int, float)) else None)


def wrap_socket(self, sock, *args, **kwargs):
    """TLS is the host's: it verifies certificates, always."""
    if not isinstance(sock, Connection):
        raise NotImplementedError('SSL is not supported in Pyodide')
    sock.scheme = 'https'
    return sock


# Modules of ours that the library does not have.
_OURS = {
    'requests': requests,
    'requests.auth': requests_auth,
    'requests.exceptions': requests_exceptions,
    'requests.structures': requests_structures,
}


# Whether the policy allows any request.
_given = False
_real_connection = None


def open_network():
    """Puts these connections in the place of the library's. Called once, when the library can be imported."""
    global _real_connection
    import socket
    import ssl

    _real_connection = socket.create_connection
    socket.create_connection = create_connection
    ssl.SSLContext.wrap_socket = wrap_socket


def give_network():
    """From now on a connection asks the host, and `requests` can be imported: the policy allows requests."""
    global _given
    _given = True
    for name, module in _OURS.items():
        sys.modules[name] = module
        parent, _, child = name.rpartition('.')
        if parent:
            setattr(_OURS[parent], child, module)
