"""`requests.auth`."""

from ...sealed import __builtins__
from .requests import AuthBase as AuthBase
from .requests import HTTPBasicAuth as HTTPBasicAuth
