"""A trusted module that uses and exposes a bit of everything."""
import statistics, logging, collections, decimal, datetime, fractions, uuid, weakref, asyncio, contextlib, dataclasses, enum, typing
from math import sqrt
class Quota(Exception):
    pass
class Over(Quota):
    def __init__(self, limit, used):
        super().__init__(limit, used)
        self.limit = limit
class Doc:
    def __init__(self):
        self.title, self.status, self._key, self.rows = 'T', 'New', 'SECRET', [1, 2]
    def total(self): return 3
    def other(self): return 4
    def __len__(self): return 2
    def __getitem__(self, k): return k * 2
    def __setitem__(self, k, v): log.append((k, v))
    def __delitem__(self, k): log.append(('del', k))
    def __call__(self): return 'called'
    def __add__(self, o): return 5
    def __contains__(self, o): return True
    def __enter__(self): return 'entered'
    def __exit__(self, k, e, t):
        log.append((k.__name__, str(e)) if k else None)
        return isinstance(e, ValueError)
class Point:
    def __init__(self, x): self.x = x
log = []
doc, narrow, free = Doc(), Doc(), Doc()
def fail(n):
    if n == 0: raise Quota('none left')
    if n == 1: raise Over(5, 6)
    if n == 2: return b'SECRET-BYTES-\xff'.decode()
    if n == 3: return undefined_name
    if n == 4: return {}['key']
    if n == 5: raise OSError(2, 'No such')
    if n == 6: raise ExceptionGroup('g', [ValueError('x')])
def catching(f):
    try:
        return f()
    except Over as e:
        return ['over', e.limit, e.args]
    except Quota as e:
        return ['quota', list(e.args)]
    except Exception as e:
        return [type(e).__name__, list(e.args)]
def data():
    return [decimal.Decimal('1.50'), datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc), datetime.time(1, 2), datetime.timedelta(1, 2, 3), fractions.Fraction(1, 3), uuid.UUID(int=5), 1+2j, collections.deque([1, 2], 5), collections.defaultdict(list, {'a': [1]}), collections.OrderedDict(b=1, a=2), collections.Counter('aab'), bytearray(b'x'), range(3), slice(1, 2)]
def types(x): return [type(v).__name__ for v in x]
def same(x): return x
def median(x): return statistics.median(x)
dropped = []
class Tracked:
    pass
def tracked():
    t = Tracked()
    weakref.finalize(t, dropped.append, 1)
    return t
def count(): return len(dropped)
def gen(n):
    for i in range(n): yield i, i * i
def quick(n): return iter([(i, i) for i in range(n)])
async def later(x):
    await asyncio.sleep(0.01)
    return Point(x)
async def agen():
    for i in range(3):
        await asyncio.sleep(0.001)
        yield i
@contextlib.contextmanager
def tx():
    try:
        yield 1
        log.append('commit')
    except BaseException as e:
        log.append('rollback ' + type(e).__name__)
        raise
def run_async():
    return asyncio.run(later(7)).x
def take_log():
    r = list(log); log.clear(); return r
@dataclasses.dataclass
class Rec:
    a: int
    _b: int = 2
rec = Rec(1)
class Color(enum.Enum):
    RED = 1
async def long():
    try:
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(0.001)
        log.append('ended')
async def stubborn():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        return 'went on'
async def rung():
    global bell
    bell = asyncio.Event()
    await asyncio.wait([asyncio.create_task(bell.wait()), asyncio.create_task(asyncio.sleep(3600))], return_when='FIRST_COMPLETED')
    return 'rung'
def ring(): bell.set()
async def awaiting(x): return await x
def is_a(x, cls): return isinstance(x, cls)
class Bus:
    def on(self, f): self.f = f
    def fire(self): return self.f()
    def fired(self):
        try:
            return self.f()
        except Exception as e:
            return type(e).__name__
bus = Bus()
