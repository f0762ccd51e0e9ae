"""A trusted module for attacks on its innards: private state that must stay as it is, whatever a guest hands in."""
import asyncio, collections, contextlib, dataclasses, decimal, gc, weakref

busy, seen, begun = False, [], []


class LedgerError(Exception):
    def __init__(self, message, ledger):
        super().__init__(message)
        self.ledger = ledger
        self.entries = ledger._entries


@dataclasses.dataclass
class Item:
    name: str
    _cost: int = 7


class Labelled:
    _class_secret = 'CLASS-PRIVATE'

    def __init__(self):
        self._pin = 'LABEL-PIN'

    def label(self):
        return self._pin

    def rename(self, text):
        self._pin = text


class Account:
    def __init__(self):
        self._pin = 'ACCOUNT-PIN'
        self.balance = 100
        self.log = []


class Narrow:
    def __init__(self):
        self.changed = []

    def total(self):
        return 3

    def other(self):
        return 4

    def __getitem__(self, key):
        return 'hidden'

    def __setitem__(self, key, value):
        self.changed.append(value)

    def __call__(self):
        return 'hidden'

    def __iter__(self):
        return iter(['hidden'])

    def __len__(self):
        return 1

    def __add__(self, other):
        return 'hidden'

    def __contains__(self, item):
        return True

    def __enter__(self):
        return 'hidden'

    def __exit__(self, *error):
        pass


class Ledger:
    def __init__(self):
        self._entries = {'salary': 1_000_000}
        self._rows = [{'price': 10}, {'price': 20}]
        self._buffer = bytearray(b'trusted')
        self.cells = collections.defaultdict(list, a=[1])
        self.queue = collections.deque([1, 2])
        self.ordered = collections.OrderedDict(a=1)
        self.counted = collections.Counter('aab')
        self.kept = []

    def each(self, f):
        return [f(row) for row in self._rows]

    def transform(self, f):
        return f(self._buffer)

    def handling(self, f):
        try:
            raise LedgerError('internal', self)
        except LedgerError:
            return f(1)

    def keep(self, x):
        self.kept.append(x)

    def drop(self):
        self.kept.clear()
        gc.collect()

    def third(self):
        return str(decimal.Decimal(1) / decimal.Decimal(3))

    def call_and_third(self, f):
        try:
            f()
        except Exception:
            pass
        return self.third()

    def transfer(self, n):
        account.balance -= n
        begun.append(n)
        sorted([3, 1, 2], key=lambda x: [x for x in [x]])
        account.log.append(n)

    def decode(self):
        return b'SECRET-BYTES-\xff-MORE'.decode('utf-8')

    def deny(self):
        raise LedgerError('no', self)

    def many(self):
        raise ValueError('told', 'SECRET-ARGUMENT')

    def stranger(self):
        return self._undefined_attribute

    async def slowly(self, f):
        await asyncio.sleep(0)
        f(1)
        return self._entries

    def spawn(self, f):
        self._task = asyncio.get_event_loop_policy().get_event_loop().create_task(self.slowly(f))

    def restricted(self, amount, _bypass=False):
        return 'bypassed' if _bypass else 'ordinary'

    def contained(self, f):
        try:
            return f()
        except Exception as error:
            return [type(error).__name__, len(error.args)]

    def same(self, x):
        return x

    def as_key(self, *xs):
        return len({x: 1 for x in xs})


def note(what):
    """Called by everything of the guest's that runs: whether trusted code was in the middle of something then."""
    if busy:
        seen.append(what)


ledger, account, label, item, narrow = Ledger(), Account(), Labelled(), Item('widget'), Narrow()


def handle(guest):
    """Everything that trusted code does with a guest's things by itself, without calling them."""
    global busy
    busy = True
    try:
        things = [guest['things'], guest.get('mapping'), guest['thing'], guest['generator']]
        for x in things[0]:
            if type(x) is not dict:
                {x: 1}[x]
            x == things[2], x != 1, x in [things[2]], bool(x), repr(x), str(x), callable(x)
        ledger.keep(things)
        guest['thing'] = 5
        guest['generator'] = 5
        guest['things'] = None
        del guest['mapping']
        sorted(name for name in guest)
        'thing' in guest, len(guest)
        things.clear()
        ledger.drop()
        [weakref.ref(ledger) for _ in range(200)]
        try:
            raise LedgerError('internal', ledger)
        except LedgerError:
            guest.get('other'), guest.pop('other')
    finally:
        busy = False
    return list(seen)


def state(guest):
    return {
        'entries': dict(ledger._entries),
        'rows': [dict(row) for row in ledger._rows],
        'buffer': bytes(ledger._buffer).decode(),
        'third': ledger.third(),
        'precision': decimal.getcontext().prec,
        'pins': [account._pin, label._pin, Labelled._class_secret],
        'cells': [len(ledger.cells), len(ledger.queue), len(ledger.ordered), len(ledger.counted)],
        'narrow': narrow.changed,
        'half': len(begun) - len(account.log),
    }
