"""Values of every kind that crosses, their bytes as CPython's own writer makes them, and bytes that were tampered with."""

import marshal
import random
import struct

TEXT = ['a', 'é', '\ud800', '\udfff', '😀', '\0', 'z', '\u07ff', '\uffff', 'S', '(']
INTS = [0, 1, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**45, 2**53, -(2**53) - 1, 2**60 - 1]
LARGE = [2**63, -(2**200), 10**400]
PIECES = 'N {  0  [\1\0\0\0  <\1\0\0\0  >\0\0\0\0  (\2\0\0\0S  S  r\0\0\0\0  c  \xe9  )\1  z\1a  :  I  f  x  t  l'.split()
LENGTHS = [0, 1, -1, 2, 3, 255, 2**31 - 1, -(2**31)]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        return ''.join(self.random.choices(TEXT, k=self.random.randrange(60)))

    def scalar(self):
        rnd = self.random
        return rnd.choice(
            [
                lambda: rnd.choice([None, True, False, ...]),
                lambda: rnd.choice(INTS + LARGE + [rnd.getrandbits(90), -rnd.getrandbits(50)]),
                lambda: struct.unpack('<d', rnd.randbytes(8))[0],
                lambda: rnd.choice([0.0, -0.0, 1.0, float('inf'), float('nan')]),
                lambda: rnd.randbytes(rnd.randrange(6)),
                self.text,
                lambda: complex(1.5, -0.0),
            ]
        )()

    def value(self, depth, hashed=False):
        rnd, size = self.random, self.random.randrange(4)
        if depth == 0 or rnd.random() < 0.4:
            return self.scalar()
        if rnd.random() < 0.1:
            return (StopIteration, 'Decimal', self.text())
        kind = rnd.choice('tf' if hashed else 'tfsdl')
        inner = hashed or kind in 'fs'
        items = [self.value(depth - 1, inner) for _ in range(size)]
        if kind == 'd':
            return {self.value(depth - 1, True): item for item in items}
        return {'t': tuple, 'f': frozenset, 's': set, 'l': list}[kind](items)

    def tampered(self, data):
        rnd, data = self.random, bytearray(data)
        for _ in range(rnd.choice([0, 1, 1, 1, 2, 3])):
            kind, at = rnd.randrange(6), rnd.randrange(len(data) + 1)
            if kind == 0:
                data[at:at] = rnd.choice(PIECES).encode('latin-1')
            elif kind == 1:
                del data[at : at + rnd.randrange(1, 4)]
            elif kind == 2 and at < len(data):
                data[at] = rnd.randrange(256)
            elif kind == 3 and at < len(data):
                data[at] ^= 1 << rnd.randrange(8)
            elif kind == 4:
                of = rnd.randrange(len(data) + 1)
                data[at:at] = data[of : of + rnd.randrange(1, 9)]
            else:
                data[at : at + 4] = struct.pack('<i', rnd.choice(LENGTHS))
        return bytes(data)


def written(seed, count):
    """Bytes of values, and what each is."""
    maker = Maker(seed)
    values = [maker.value(4) for _ in range(count)]
    return [marshal.dumps(value, 2) for value in values]


def tampered(seed, count):
    maker = Maker(seed)
    return [maker.tampered(marshal.dumps(maker.value(4), 2)) for _ in range(count)]


_DATA = {type(None), bool, int, float, complex, str, bytes, type(...)}


def _is_data(x):
    kind = type(x)
    if kind is tuple and x[:1] == (StopIteration,):
        return len(x) > 1 and all(type(field) is str for field in x[1:])
    if kind in (list, tuple, set, frozenset):
        return all(map(_is_data, x))
    return kind in _DATA or kind is dict and all(map(_is_data, [*x, *x.values()]))


def read(datas):
    """What CPython's reader makes of each: 'same' bytes if written again, 'other' bytes, an exception's name, or 'NOT DATA'."""
    said = []
    for data in datas:
        try:
            value = marshal.loads(data)
        except Exception as error:
            said.append(type(error).__name__)
            continue
        told = 'same' if marshal.dumps(value, 2) == data else 'other'
        said.append(told if _is_data(value) else 'NOT DATA')
    return said
