"""The builtins that trusted code uses: a private copy of the dict, taken when the image is made.

Every trusted module begins with `from .sealed import __builtins__`. A function looks builtins up in the `__builtins__`
that its module had when it was defined, so whoever rebinds `builtins.isinstance` (as `Enum(..., module='builtins')` once
did) changes nothing for a guard. A test holds every file to it.
"""

import builtins

__builtins__ = dict(vars(builtins))
