"""The guest's side of the hatch: the one way in which trusted code asks the host for something.

`fcntl.ioctl` on a descriptor that is no file (imports.ts). Only trusted modules hold `fcntl`; a guest that had it could ask
no more than the host behind the hatch grants.
"""

from .sealed import __builtins__
from fcntl import ioctl
from struct import Struct

_HATCH, _SLEEP, _CALL, _TAKE = 1000, 1, 2, 3
_seconds, _length = Struct('<d').pack, Struct('<I').pack
# What ioctl copies of a smaller buffer, it would cut off.
_LEAST = 2048


def sleep(seconds):
    """Lets time pass on the policy's clock; the guest's deadline may end it."""
    ioctl(_HATCH, _SLEEP, bytearray(_seconds(float(seconds))))


def ask(question):
    """The host's answer to `question`, both as bytes. Waits for it on the C stack."""
    size = ioctl(_HATCH, _CALL, bytearray(_length(len(question)) + question))
    buffer = bytearray(max(size + 4, _LEAST))
    buffer[:4] = _length(size)
    ioctl(_HATCH, _TAKE, buffer)
    return bytes(memoryview(buffer)[4 : 4 + size])
