"""`uuid` for guests: identifiers by time carry a random node, since looking for the machine's would run programs."""

from ..sealed import __builtins__
import uuid
from secrets import randbits


def _node():
    return randbits(48) | 1 << 40


def uuid1(node=None, clock_seq=None):
    """A UUID from the time, a node (random when not given) and a sequence number."""
    return uuid.uuid1(_node() if node is None else node, clock_seq)


def uuid6(node=None, clock_seq=None):
    """The same, with the fields in sortable order."""
    return uuid.uuid6(_node() if node is None else node, clock_seq)


NAMES = {'uuid1': uuid1, 'uuid6': uuid6}
