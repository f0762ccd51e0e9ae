"""Questions that tests ask of trees and code, in Python because only CPython can answer them."""
import ast
import builtins
import collections
import dis
import marshal
import operator
import re
import types

from guard import guarded
from pyrestrict.compile import _judged, _parsed, compile_source
from pyrestrict.language import IN_PLACE
from pyrestrict.translate import nodes, translate
from pyrestrict.translate.spelling import without_future_imports
from pyrestrict.verify import limits, verify
from pyrestrict.verify.refused import Refused

MARK = '\u02bc'
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def canonical(name):
    """A name without its mark and without the class that mangling wrote into it."""
    name = name.removeprefix(MARK).removeprefix(':')
    mangled = re.fullmatch(r'_\w*?(__\w*?[^_]_?|___*)', name)
    return mangled[1] if mangled else name


class Plain(ast.NodeTransformer):
    """Brings an original tree and a translated one to the form in which they must be equal."""
    in_class = False

    def visit_IfExp(self, node):
        test = node.test
        if type(test) is ast.Compare and type(test.left) is ast.Call and ast.unparse(test.left.func) == MARK + 'type':
            bound, = test.left.args
            held = f'{MARK}x'
            assert ast.unparse(test) == f'{MARK}type(({held} := {ast.unparse(bound.value)})) in {MARK}G'
            assert (ast.unparse(node.body), ast.unparse(node.orelse)) == (held, f'_write_({held})')
            return self.visit(bound.value)
        return self.generic_visit(node)

    def visit_ExceptHandler(self, node):
        if ast.unparse(node.body[0]) == f'{MARK}type({node.name}) in {MARK}T and {MARK}tell({node.name})':
            del node.body[0]
        return self.generic_visit(node)

    def visit_Call(self, node):
        self.generic_visit(node)
        if type(node.func) is ast.Name and node.func.id == '_getattr_':
            return ast.Attribute(node.args[0], canonical(node.args[1].value), ast.Load())
        if type(node.func) is ast.Name and node.func.id == '_write_':
            return node.args[0]
        return node

    def visit_Assign(self, node):
        if type(node.targets[0]) is ast.Name and node.targets[0].id.startswith(MARK + ':'):
            self.visit(node.value)
            return None
        self.generic_visit(node)
        value = node.value
        if type(value) is ast.Call and type(value.func) is ast.Name and value.func.id in IN_PLACE:
            return ast.AugAssign(node.targets[0], nodes.OPERATORS[value.func.id](), value.args[1])
        return node

    def visit_AnnAssign(self, node):
        in_class = self.in_class
        self.generic_visit(node)
        if in_class:
            return node
        return ast.Assign([node.target], node.value) if node.value else ast.AnnAssign(node.target, ast.Constant(None), None, node.simple)

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_function(self, node):
        node.returns = None
        node.name = canonical(node.name)
        outer, self.in_class = self.in_class, False
        self.generic_visit(node)
        self.in_class = outer
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_function

    def visit_ClassDef(self, node):
        node.keywords = [each for each in node.keywords if each.arg != 'metaclass']
        node.name = canonical(node.name)
        outer, self.in_class = self.in_class, True
        self.generic_visit(node)
        self.in_class = outer
        return node

    def visit_Name(self, node):
        node.id = canonical(node.id)
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        node.attr = canonical(node.attr)
        return node

    def visit_Slice(self, node):
        for field in 'lower', 'upper', 'step':
            bound = getattr(node, field)
            if type(bound) is ast.Constant and bound.value is None:
                setattr(node, field, None)
        return self.generic_visit(node)

    def visit_Constant(self, node):
        if type(node.value) is str:
            node.value = canonical(node.value)
        node.kind = None
        return node

    def generic_visit(self, node):
        for field in 'name', 'asname', 'rest':
            if type(getattr(node, field, None)) is str:
                setattr(node, field, canonical(getattr(node, field)))
        if hasattr(node, 'kwd_attrs'):
            node.kwd_attrs = [canonical(name) for name in node.kwd_attrs]
        return super().generic_visit(node)


def translated(text, mode='exec'):
    """The tree of a guarded text, translated and verified."""
    tree = ast.parse(text, mode=mode)
    translate(tree, None, False)
    verify(tree)
    return tree


def difference(source, mode='exec'):
    """Where the translated tree of a program's guarded text is not the program's own tree; None when they are equal."""
    # First what may be refused: it is then all that there is to do.
    other = Plain().visit(translated(guarded(source, mode), mode))
    one = ast.parse(source, mode=mode)
    if mode == 'exec':
        without_future_imports(one)
    Plain().visit(one)
    if same(one, other):
        return None
    one, other = (ast.dump(tree, indent=1).splitlines() for tree in (one, other))
    for a, b in zip(one, other):
        if a != b:
            return f'{a} | {b}'
    return None if len(one) == len(other) else 'length'


def same(one, other):
    """Whether two trees, or parts of them, are equal but for positions. To write them as text takes longer."""
    if type(one) is not type(other):
        return False
    if isinstance(one, ast.AST):
        return all(same(getattr(one, field, None), getattr(other, field, None)) for field in one._fields)
    if type(one) is list:
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)


def shown(request):
    """The text of the tree that is compiled, or the message with which it is refused."""
    request = {'mode': 'exec', 'filename': '<guest>', **request}
    try:
        tree = _parsed(request, limits.CODE)
        _judged(tree, request)
    except Refused as refused:
        return f'{refused.code} {refused.message}'
    return ast.unparse(tree)


class Metaclass:
    """Stands for the guard: the metaclass that the bases call for."""

    def __prepare__(self, name, bases, **kwargs):
        return types.prepare_class(name, bases, kwargs)[1]

    def __call__(self, name, bases, namespace, **kwargs):
        return types.prepare_class(name, bases)[0](name, bases, namespace, **kwargs)


def stand_ins():
    """Builtins with guards that guard nothing, and count how often they are called."""
    called = collections.Counter()

    def counted(name, function):
        def guard(*args, **kwargs):
            called[name] += 1
            return function(*args, **kwargs)
        return guard

    guards = {
        '_getattr_': getattr, '_write_': lambda x: x,
        **{MARK + sign: getattr(operator, name) for sign, name in IN_PLACE.items()},
    }
    found = {**vars(builtins), **{name: counted(name, function) for name, function in guards.items()}}
    own = {'_metaclass_': Metaclass(), MARK + 'type': type, MARK + 'G': set(), MARK + 'T': set()}
    return {**found, **own}, called


def outcome(source, is_guarded):
    """(what a program calls `result`, the guards it called), run as it is, or guarded and compiled."""
    scope = {'__name__': '__main__'}
    called = {}
    if is_guarded:
        compiled = compile_source({'text': guarded(source), 'mode': 'exec', 'filename': '<guest>'})
        assert compiled['ok'], compiled
        code = marshal.loads(compiled['code'])
        scope['__builtins__'], called = stand_ins()
    else:
        code = compile(source, '<guest>', 'exec', dont_inherit=True, optimize=0)
    exec(code, scope)
    return repr(scope['result']).replace(MARK, ''), dict(called)


def segments(text):
    """What of a guarded text each instruction of the compiled program stands for, by function: (instruction, text) pairs."""
    lines = text.encode().split(b'\n')
    found, pending = {}, [marshal.loads(compile_source({'text': text, 'mode': 'exec', 'filename': '<guest>'})['code'])]
    while pending:
        code = pending.pop()
        pending += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
        part = found.setdefault(code.co_qualname, [])
        for instruction in dis.get_instructions(code):
            line, end_line, column, end_column = instruction.positions
            if instruction.opname in ('RESUME', 'NOT_TAKEN') or not line or column is None:
                continue
            covered = lines[line - 1:end_line]
            covered[-1] = covered[-1][:end_column]
            covered[0] = covered[0][column:]
            part.append((instruction.opname, b'\n'.join(covered).decode()))
    return found
