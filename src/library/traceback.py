"""`traceback` as guest code, as far as it prints: facets/traceback.py tells of frames."""

import sys


def format_stack(f=None, limit=None):
    """A line for each of the calls that led here."""
    return extract_stack(limit=limit).format()


def _write(lines, file):
    (sys.stderr if file is None else writer(file)).write(''.join(lines))


def print_stack(f=None, limit=None, file=None):
    """Prints these to stderr, or to `file`."""
    _write(format_stack(limit=limit), file)


def print_list(extracted_list, file=None):
    """Prints what was extracted."""
    _write(format_list(extracted_list), file)


def print_tb(tb, limit=None, file=None):
    """Prints the frames of a traceback."""
    _write(format_tb(tb, limit), file)


def print_exception(exc, /, value=_sentinel, tb=_sentinel, limit=None, file=None, chain=True):
    """Prints an exception to stderr, or to `file`."""
    _write(format_exception(exc, value, tb, limit, chain), file)


def print_exc(limit=None, file=None, chain=True):
    """Prints the exception being handled to stderr, or to `file`."""
    print_exception(sys.exception(), limit=limit, file=file, chain=chain)
