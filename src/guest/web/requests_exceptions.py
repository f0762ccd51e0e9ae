"""`requests.exceptions`, and which of them stands for what the host tells."""

from ...sealed import __builtins__
import json


class RequestException(IOError):
    """Whatever went wrong with a request."""

    def __init__(self, *args, **kwargs):
        self.response = kwargs.pop('response', None)
        self.request = kwargs.pop('request', None) or getattr(self.response, 'request', None)
        super().__init__(*args, **kwargs)


class InvalidJSONError(RequestException):
    """A body that is no JSON, or cannot be written as JSON."""


class JSONDecodeError(InvalidJSONError, json.JSONDecodeError):
    """An answer whose body is no JSON."""

    def __init__(self, *args, **kwargs):
        json.JSONDecodeError.__init__(self, *args)
        self.response = kwargs.pop('response', None)
        self.request = kwargs.pop('request', None)


class HTTPError(RequestException):
    """An answer that tells of an error."""


class ConnectionError(RequestException):
    """No answer: the server was not reached, or broke off."""


class RequestRefused(ConnectionError, PermissionError):
    """The policy does not allow the request."""


class Timeout(RequestException):
    """No answer in time."""


class ConnectTimeout(ConnectionError, Timeout):
    """No connection in time."""


class ReadTimeout(Timeout):
    """No answer in time, from a server that was reached."""


class URLRequired(RequestException):
    """A request without a URL."""


class TooManyRedirects(RequestException):
    """Redirects without end."""


class MissingSchema(RequestException, ValueError):
    """A URL without https:// or http://."""


class InvalidSchema(RequestException, ValueError):
    """A URL of something other than https: or http:."""


class InvalidURL(RequestException, ValueError):
    """A URL that is none."""


class InvalidHeader(RequestException, ValueError):
    """A header that is none, or is the host's."""


class ChunkedEncodingError(RequestException):
    """A body that broke off."""


class ContentDecodingError(RequestException):
    """A body that cannot be decoded, or is too large once it is."""


_EXCEPTIONS = [
    thing
    for thing in list(globals().values())
    if isinstance(thing, type) and issubclass(thing, RequestException)
]
for _kind in _EXCEPTIONS:
    _kind.__module__ = 'requests.exceptions'

# What the host's errors are called here; the first that fits.
_KINDS = (
    (TimeoutError, ReadTimeout),
    (PermissionError, RequestRefused),
    (ValueError, InvalidHeader),
    (OSError, ConnectionError),
)


def named(error, request):
    """The exception that `requests` would raise for what the host told; None for what is not about the request."""
    for kind, name in _KINDS:
        if isinstance(error, kind):
            return name(str(error), request=request)
    return None
