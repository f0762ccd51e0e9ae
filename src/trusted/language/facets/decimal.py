"""`decimal` for guests: contexts of their own. The first import in a run leaves the image's context to trusted code."""

from ..sealed import __builtins__
import decimal

PER_RUN = 'DefaultContext', 'BasicContext', 'ExtendedContext'


def names(run):
    decimal.setcontext(decimal.DefaultContext.copy())
    return {name: getattr(decimal, name).copy() for name in PER_RUN}
