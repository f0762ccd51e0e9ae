"""`requests` for guests: what most programs use of it. Every exchange is a question to the host.

An answer comes as a whole, so that `stream` changes nothing. Certificates are always verified, and the way to a server is the host's to
choose: `verify=False`, `cert` and `proxies` are errors.
"""

from ...sealed import __builtins__
import zlib
from datetime import timedelta
from http import HTTPStatus
from time import perf_counter
from types import SimpleNamespace
from urllib.parse import urljoin, urlsplit

from ..questions import questions
from . import requests_exceptions as exceptions
from .exchange import REASONS, TooMuch, ask, ask_awaited, decoded
from .requests_auth import AuthBase, HTTPBasicAuth
from .requests_exceptions import (
    ConnectionError as ConnectionError,
    ConnectTimeout as ConnectTimeout,
    HTTPError as HTTPError,
    JSONDecodeError as JSONDecodeError,
    ReadTimeout as ReadTimeout,
    RequestException as RequestException,
    Timeout as Timeout,
    TooManyRedirects,
    URLRequired as URLRequired,
)
from .requests_prepared import PreparedRequest, Request, encoded, prepared, url_of
from .requests_response import Response
from .requests_structures import CaseInsensitiveDict, Cookies

_MOST_REDIRECTS = 30

codes = SimpleNamespace(
    **{status.name.lower(): status.value for status in HTTPStatus},
    **{status.name: status.value for status in HTTPStatus},
)


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
    url = url_of(urljoin(request.url, location), None)
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
            merged = encoded(self.params), encoded(params)
            params = '&'.join(part for part in merged if part)
        whole = Request(
            request.method, request.url, request.headers, request.files, request.data, params, request.auth, request.cookies,
            request.json,
        )  # fmt: skip
        return prepared(whole, self.headers, self.cookies, self.auth)

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
