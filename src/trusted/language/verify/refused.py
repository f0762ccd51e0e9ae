"""The one way in which the compile guest says no: a code, a sentence, and the node at fault."""

from ..sealed import __builtins__


class Refused(Exception):
    """A program is not compiled. Without a `node`, the one the walk is at is meant: the walk fills it in."""

    def __init__(self, message, node=None, code='PR900'):
        super().__init__(message)
        self.message = message
        self.node = node
        self.code = code
