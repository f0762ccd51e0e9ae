"""`id()` is CPython's own."""


def renew():
    """There is nothing to renew."""
