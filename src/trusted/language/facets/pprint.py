"""`pprint` for guests: prints to the output of this run."""

from ..sealed import __builtins__
import pprint as real

from ..output import writer

PER_RUN = 'pprint', 'pp'


def names(run):
    def pprint(object, stream=None, *args, **options):
        """Prints `object` over as many lines as it needs."""
        real.pprint(object, run.stdout if stream is None else writer(stream), *args, **options)

    def pp(object, *args, sort_dicts=False, **options):
        """The same, dicts in their own order."""
        pprint(object, *args, sort_dicts=sort_dicts, **options)

    return {'pprint': pprint, 'pp': pp}
