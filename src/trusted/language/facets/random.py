"""`random` for guests: a generator of their own, so that seeding it decides nothing for trusted code."""

from ..sealed import __builtins__
import random

from ..modules import MODULES


class Generator(random.Random):
    """The class of guests' generators, which they cannot name: so its methods need not check their receivers."""

    __slots__ = ()


for _name, _value in vars(random.Random).items():
    if _name[:1] != '_' and callable(_value):
        setattr(Generator, _name, _value)
Generator.__name__ = Generator.__qualname__ = 'Random'
Generator.__module__ = 'random'
PER_RUN = MODULES['random'] - {'Random', 'SystemRandom'}


def names(run):
    generator = run.state['random'] = Generator()
    return {name: getattr(generator, name) for name in PER_RUN}
