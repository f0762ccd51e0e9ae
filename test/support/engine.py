"""A trusted module for hostile fixtures, its objects handed to the guest by reference: what the door never does."""
from dataclasses import dataclass

LIMIT = 10
_SECRET = 'hs-7f3a91'


class Table:
    label = 'public'

    def __init__(self):
        self.rows = [1, 2]
        self.count = self.a = 1
        self._secret = self._fields = self._value_ = _SECRET

    def method(self, x=1):
        return x + 1

    def fail(self):
        private_local = _SECRET
        raise ValueError('failure')


class Base:
    def __init__(self, *args):
        self._exit_callbacks = []


class Holder:
    def __init__(self):
        self.data = {}

    def update(self, other):
        pass


class Ordered:
    def __lt__(self, other):
        return True


@dataclass
class Record:
    a: int
    _secret: str = _SECRET


def lookup(key):
    return LIMIT


def announce():
    print('trusted text')


table, record, rows, settings, base, holder = Table(), Record(1), [1], {'k': 1}, Base(), Holder()
EXPOSED = dict(table=table, base=base, holder=holder, record=record, rows=rows, settings=settings, lookup=lookup, announce=announce, Table=Table,
               Record=Record, Base=Base, Ordered=Ordered)
