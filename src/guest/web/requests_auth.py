"""`requests.auth`: what adds to a request who asks."""

from ...sealed import __builtins__
from base64 import b64encode


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
