"""The guest's side of the door: the one way in which trusted code asks the host for something.

`fcntl.ioctl` on a descriptor that is no file (imports.ts). Only trusted modules hold `fcntl`; a guest that had it could ask
no more than the host behind the door grants.
"""

from .sealed import __builtins__
from fcntl import ioctl
from struct import Struct

_DOOR, _SLEEP = 1000, 1
_seconds = Struct('<d').pack


def sleep(seconds):
    """Lets time pass on the policy's clock; the guest's deadline may end it."""
    ioctl(_DOOR, _SLEEP, bytearray(_seconds(float(seconds))))
