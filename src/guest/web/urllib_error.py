"""`urllib.error`."""

from ...sealed import __builtins__


class URLError(OSError):
    """No answer. `reason` tells why."""

    __module__ = 'urllib.error'

    def __init__(self, reason, filename=None):
        self.args = (reason,)
        self.reason = reason
        if filename is not None:
            self.filename = filename

    def __str__(self):
        return f'<urlopen error {self.reason}>'


class HTTPError(URLError):
    """An answer that tells of an error, to be read as any answer."""

    __module__ = 'urllib.error'

    def __init__(self, url, code, msg, hdrs, fp):
        super().__init__(msg)
        self.url, self.code, self.msg, self.hdrs, self.fp = url, code, msg, hdrs, fp
        self.filename = url

    @property
    def status(self):
        return self.code

    @property
    def headers(self):
        return self.hdrs

    def read(self, *args):
        return self.fp.read(*args)

    def readline(self, *args):
        return self.fp.readline(*args)

    def info(self):
        return self.hdrs

    def geturl(self):
        return self.url

    def getcode(self):
        return self.code

    def close(self):
        self.fp.close()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def __str__(self):
        return f'HTTP Error {self.code}: {self.msg}'

    def __repr__(self):
        return f'<HTTPError {self.code}: {self.msg!r}>'


class ContentTooShortError(URLError):
    """An answer that broke off."""

    __module__ = 'urllib.error'

    def __init__(self, message, content):
        super().__init__(message)
        self.content = content
