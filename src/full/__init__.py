"""The full guest's own Python: what stands in its image where the restricted language's files stand in the other.

Nothing here is trusted: a full guest may do with its whole interpreter what it likes, these modules included. What is claimed
of it is held by the wall around its memory and by those who read what it says.
"""

from . import names

_exact = str.__str__


def unmark(text):
    """`text` as an exact string: names of full Python have no marks."""
    return _exact(text)


# Before anything else of the package is imported.
names.unmark = unmark
