"""Expat, as a function that reads a piece of a document and answers what was in it: no code of a program runs while expat does.

Entities of other documents are not read, by expat's own default.
"""

from ..sealed import __builtins__
from pyexpat import ExpatError, ParserCreate

_EVENTS = {
    'StartElementHandler': 'start',
    'EndElementHandler': 'end',
    'StartNamespaceDeclHandler': 'start-ns',
    'EndNamespaceDeclHandler': 'end-ns',
    'CharacterDataHandler': 'data',
    'CommentHandler': 'comment',
    'ProcessingInstructionHandler': 'pi',
}


def _exact(data):
    return str.__str__(data) if isinstance(data, str) else bytes(memoryview(data))


def xml_reader(encoding=None):
    """A function that reads one document, piece by piece. It answers a list of what was told, each a tuple that begins with its
    kind, and how it went wrong, None or the message, expat's number, line and column."""
    parser, told = ParserCreate(None if encoding is None else str.__str__(encoding), '}'), []
    parser.ordered_attributes = True

    def teller(kind):
        return lambda *given: told.append((kind, *given))

    for handler, kind in _EVENTS.items():
        setattr(parser, handler, teller(kind))

    def tell_rest(text):
        told.append(('default', text, parser.CurrentLineNumber, parser.CurrentColumnNumber))

    parser.DefaultHandlerExpand = tell_rest

    def read(data, is_final, at_once=False):
        error = None
        if at_once:
            parser.SetReparseDeferralEnabled(False)
        try:
            parser.Parse(_exact(data), bool(is_final))
        except ExpatError as raised:
            error = str(raised), raised.code, raised.lineno, raised.offset
        if at_once:
            parser.SetReparseDeferralEnabled(True)
        now = told[:]
        told.clear()
        return now, error

    return read
