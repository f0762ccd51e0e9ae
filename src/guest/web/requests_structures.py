"""`requests.structures`."""

from ...sealed import __builtins__
from .requests import CaseInsensitiveDict as CaseInsensitiveDict
