"""`random` for guests: a generator of their own, so that seeding it decides nothing for trusted code."""
from ..sealed import __builtins__
import random

from ..modules import MODULES

PER_RUN = MODULES['random'] - {'Random', 'SystemRandom'}


def names(run):
    generator = random.Random()
    return {name: getattr(generator, name) for name in PER_RUN}
