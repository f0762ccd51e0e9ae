"""Guards that let everything pass, and what it takes to see whether a guarded text does what its source does: run both among
objects that record every operation on them, and compare the records, the output, the exception and its lines."""
import ast
import contextlib
import io
import operator
import traceback
import types
from string.templatelib import Interpolation, Template

import unguard

OPERATORS = {
    '+=': operator.iadd, '-=': operator.isub, '*=': operator.imul, '/=': operator.itruediv, '//=': operator.ifloordiv,
    '%=': operator.imod, '**=': operator.ipow, '@=': operator.imatmul, '<<=': operator.ilshift, '>>=': operator.irshift,
    '&=': operator.iand, '|=': operator.ior, '^=': operator.ixor,
}


class Metaclass:
    """Any metaclass: the one the bases ask for."""

    def __prepare__(self, name, bases, **keywords):
        return types.prepare_class(name, bases, keywords)[1]

    def __call__(self, *args, **keywords):
        if len(args) == 1:
            return args[0]
        name, bases, namespace = args
        metaclass = types.prepare_class(name, bases, keywords)[0]
        return metaclass(name, bases, namespace, **keywords)


def template(made, texts):
    """`made`, with the texts of its expressions as they were written."""
    left = iter(texts)
    return Template(*[
        Interpolation(each.value, next(left), each.conversion, each.format_spec)
        if type(each) is Interpolation
        else each
        for each in made
    ])


GUARDS = {
    '_getattr_': getattr,
    '_getitem_': operator.getitem,
    '_slice_': slice,
    '_write_': lambda value: value,
    '_getiter_': lambda value: value,
    '_unpack_sequence_': lambda value, spec, getiter: value,
    '_iter_unpack_sequence_': lambda value, spec, getiter: value,
    '_inplacevar_': lambda op, old, value: OPERATORS[op](old, value),
    '_apply_': lambda f, /, *args, **keywords: f(*args, **keywords),
    '_metaclass_': Metaclass(),
    '_template_': template,
}


class Recorder:
    """Answers every operation with another recorder, and writes down what was asked, in order. Its record ends some time."""

    LIMIT = 400

    def __init__(self, name, record):
        object.__setattr__(self, 'name', name)
        object.__setattr__(self, 'record', record)

    def note(self, what, *operands):
        shown = ' '.join([what, self.name, *map(show, operands)])
        self.record.append(shown)
        if len(self.record) > self.LIMIT:
            raise OverflowError('enough')
        return Recorder(f'<{len(self.record)}>', self.record)

    def __getattr__(self, name):
        # What the language itself asks for in passing, on a class or for a pattern, is not to be found.
        if name.startswith('__') and name.endswith('__'):
            raise AttributeError(name)
        return self.note('get', name)

    def __setattr__(self, name, value):
        self.note('set', name, value)

    def __delattr__(self, name):
        self.note('delete', name)

    def __getitem__(self, key):
        return self.note('item', key)

    def __setitem__(self, key, value):
        self.note('set item', key, value)

    def __delitem__(self, key):
        self.note('delete item', key)

    def __call__(self, *args, **keywords):
        return self.note('call', *args, keywords)

    def __iter__(self):
        self.note('iterate')
        return iter([self.note('first'), self.note('second')])

    def __aiter__(self):
        async def items():
            yield self.note('first')
            yield self.note('second')
        self.note('iterate asynchronously')
        return items()

    def __await__(self):
        yield from ()
        return self.note('await')

    def keys(self):
        self.note('keys')
        return ['one', 'two']

    def __enter__(self):
        return self.note('enter')

    def __exit__(self, *exception):
        self.note('exit')

    async def __aenter__(self):
        return self.note('enter')

    async def __aexit__(self, *exception):
        self.note('exit')

    def __bool__(self):
        self.note('truth')
        return len(self.record) % 3 != 0

    def __contains__(self, item):
        self.note('contains', item)
        return True

    def __format__(self, specification):
        self.note('format', specification)
        return 'formatted'

    def __repr__(self):
        return 'shown'

    def __hash__(self):
        return 1

    def __mro_entries__(self, bases):
        self.note('bases')
        return ()


for name in 'add sub mul truediv floordiv mod pow matmul lshift rshift and or xor'.split():
    for prefix in ('', 'r', 'i'):
        def method(self, other, what=prefix + name):
            return self.note(what, other)
        setattr(Recorder, f'__{prefix}{name}__', method)
for name in 'lt le gt ge eq ne'.split():
    def compare(self, other, what=name):
        return self.note(what, other)
    setattr(Recorder, f'__{name}__', compare)
for name in 'neg pos invert'.split():
    def unary(self, what=name):
        return self.note(what)
    setattr(Recorder, f'__{name}__', unary)
Recorder.__hash__ = lambda self: 1


def show(value):
    if isinstance(value, Recorder):
        return value.name
    if isinstance(value, (tuple, list)):
        return type(value).__name__ + '(' + ' '.join(map(show, value)) + ')'
    if isinstance(value, dict):
        return 'dict(' + ' '.join(f'{show(k)}: {show(v)}' for k, v in value.items()) + ')'
    if isinstance(value, slice):
        return f'slice({show(value.start)} {show(value.stop)} {show(value.step)})'
    if isinstance(value, (str, int, float, bytes, type(None))):
        return repr(value)
    return type(value).__name__


def finish(value):
    """Runs what a program left lying in `result`: coroutines, generators."""
    if isinstance(value, types.CoroutineType):
        try:
            value.send(None)
        except StopIteration as end:
            return show(end.value)
        return 'suspended'
    if isinstance(value, types.GeneratorType):
        return 'list(' + ' '.join(map(show, value)) + ')'
    return show(value)


def observe(code, names=''):
    """Runs compiled code and tells all that can be seen of it, the lines of its traceback last; `names` are bound to recorders."""
    record, printed, lines = [], io.StringIO(), []
    namespace = {'__name__': 'program', **GUARDS, **{name: Recorder(name, record) for name in names.split()}}
    try:
        with contextlib.redirect_stdout(printed):
            exec(code, namespace)
            ended = 'ended ' + finish(namespace.get('result'))
    except BaseException as error:
        ended = f'{type(error).__name__}: {error}'
        if isinstance(error, TypeError):
            # CPython tells which function was called with bad arguments: that is the guard then.
            ended = 'TypeError'
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == '<program>']
    return '\n'.join([*record, printed.getvalue(), ended]), lines


def compiled(tree):
    return compile(tree, '<program>', 'exec', dont_inherit=True)


def outcome(source):
    """All that is seen of a source."""
    return str(observe(compiled(source)))


def differs(source, guarded, names=''):
    """What is seen of one and not of the other; None when nothing. Guards are called first, then taken out."""
    plain, lines = observe(compiled(source), names)
    called, _ = observe(compiled(guarded), names)
    if called != plain:
        return f'--- plain\n{plain}\n--- guards called\n{called}'
    inlined = observe(compiled(unguard.unguard(ast.parse(guarded))), names)
    # A guard's call in a chain over several lines stands on the first; taken out, it stands where the chain was.
    return None if inlined == (plain, lines) else f'--- plain\n{plain} {lines}\n--- guards taken out\n{inlined}'
