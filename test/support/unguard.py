"""The residual language read backwards: takes the guards out of a guarded tree, in place, so that a test can compare what is
left with the original. Refuses a guard of any other shape than the contract's. Positions stay those of the guarded text."""
import array
import ast
import functools
import types

OPERATORS = {
    '+=': ast.Add, '-=': ast.Sub, '*=': ast.Mult, '/=': ast.Div, '//=': ast.FloorDiv, '%=': ast.Mod, '**=': ast.Pow,
    '@=': ast.MatMult, '<<=': ast.LShift, '>>=': ast.RShift, '&=': ast.BitAnd, '|=': ast.BitOr, '^=': ast.BitXor,
}
GUARDS = {
    '_getattr_', '_getitem_', '_slice_', '_write_', '_getiter_', '_unpack_sequence_', '_iter_unpack_sequence_',
    '_inplacevar_', '_apply_', '_metaclass_', '_template_',
}


def expect(truth, node, what):
    if not truth:
        raise AssertionError(f'{what} at {getattr(node, "lineno", 0)}:{getattr(node, "col_offset", 0)}: {ast.unparse(node)}')


def guard_of(node):
    """The guard a call calls, or None."""
    if type(node) is ast.Call and type(node.func) is ast.Name and node.func.id in GUARDS:
        return node.func.id
    return None


def plain(node, count):
    """The arguments of a guard's call, which are `count` and neither starred nor named."""
    expect(len(node.args) == count and not node.keywords, node, 'number of arguments')
    for arg in node.args:
        expect(type(arg) is not ast.Starred, node, 'starred argument')
    return node.args


def spec(target):
    children, star = [], None
    for at, element in enumerate(target.elts):
        if type(element) is ast.Starred:
            star = at
        elif type(element) in (ast.Tuple, ast.List):
            children.append((at if star is None else at - len(target.elts), spec(element)))
    return {'childs': tuple(children), 'min_len': len(target.elts) - (star is not None)}


def is_sequence(target):
    return type(target) in (ast.Tuple, ast.List)


class Unguard(ast.NodeTransformer):
    def visit_Call(self, node):
        guard = guard_of(node)
        self.generic_visit(node)
        if guard == '_getattr_':
            value, name = plain(node, 2)
            return ast.copy_location(ast.Attribute(value, name.value, ast.Load()), node)
        if guard == '_getitem_':
            value, key = plain(node, 2)
            if type(key) is ast.Tuple:
                key.elts = [self.slice(k) for k in key.elts]
            return ast.copy_location(ast.Subscript(value, self.slice(key), ast.Load()), node)
        if guard == '_getiter_':
            return plain(node, 1)[0]
        if guard == '_template_':
            template, texts = plain(node, 2)
            told = [v for v in template.values if type(v) is ast.Interpolation]
            expect(type(template) is ast.TemplateStr and len(told) == len(texts.elts), node, 'texts of a template')
            for value, text in zip(told, texts.elts):
                value.str = text.value
            return template
        if guard == '_apply_':
            expect(any(type(a) is ast.Starred for a in node.args) or any(k.arg is None for k in node.keywords), node, 'a star')
            expect(type(node.args[0]) is not ast.Starred, node, 'starred function')
            return ast.copy_location(ast.Call(node.args[0], node.args[1:], node.keywords), node)
        expect(guard is None or guard in ('_slice_', '_write_', '_unpack_sequence_', '_iter_unpack_sequence_', '_inplacevar_'), node, guard)
        expect(guard is not None or not any(type(a) is ast.Starred for a in node.args), node, 'unguarded star')
        expect(guard is not None or all(k.arg is not None for k in node.keywords), node, 'unguarded star')
        return node

    def slice(self, key):
        if guard_of(key) != '_slice_':
            return key
        given = [None if type(a) is ast.Constant and a.value is None else a for a in plain(key, 3)]
        return ast.copy_location(ast.Slice(*given), key)

    def target(self, node):
        expect(guard_of(node.value) == '_write_', node, 'unguarded write')
        node.value = plain(node.value, 1)[0]
        self.generic_visit(node)
        return node

    def visit_Attribute(self, node):
        expect(type(node.ctx) is not ast.Load, node, 'unguarded attribute')
        return self.target(node)

    def visit_Subscript(self, node):
        expect(type(node.ctx) is not ast.Load, node, 'unguarded item')
        return self.target(node)

    def visit_Starred(self, node):
        if type(node.ctx) is ast.Load and node not in self.arguments:
            expect(guard_of(node.value) == '_getiter_', node, 'unguarded star')
        self.generic_visit(node)
        return node

    def iteration(self, node, is_async):
        guard = guard_of(node.iter)
        if is_sequence(node.target) and not is_async:
            expect(guard == '_iter_unpack_sequence_', node.iter, 'unguarded iteration')
            value, specification, getiter = plain(node.iter, 3)
            expect(ast.literal_eval(specification) == spec(node.target), node.iter, 'specification')
            expect(getiter.id == '_getiter_', node.iter, 'getiter')
            node.iter = value
        else:
            expect(guard == '_getiter_', node.iter, 'unguarded iteration')
            node.iter = plain(node.iter, 1)[0]
        self.generic_visit(node)
        return node

    def visit_For(self, node):
        return self.iteration(node, False)

    def visit_AsyncFor(self, node):
        return self.iteration(node, True)

    def visit_comprehension(self, node):
        expect(type(node.iter) is not ast.Starred, node.iter, 'starred')
        return self.iteration(node, node.is_async)

    def visit_YieldFrom(self, node):
        expect(guard_of(node.value) == '_getiter_', node, 'unguarded iteration')
        self.generic_visit(node)
        return node

    def visit_Assign(self, node):
        sequences = [t for t in node.targets if is_sequence(t)]
        if sequences:
            expect(guard_of(node.value) == '_unpack_sequence_', node, 'unguarded unpacking')
            value, specification, getiter = plain(node.value, 3)
            expect(ast.literal_eval(specification) == spec(sequences[0]), node.value, 'specification')
            expect(getiter.id == '_getiter_', node.value, 'getiter')
            node.value = value
        if guard_of(node.value) == '_inplacevar_':
            operator, old, value = plain(node.value, 3)
            expect(len(node.targets) == 1 and type(node.targets[0]) is ast.Name and type(old) is ast.Name, node, 'target')
            expect(node.targets[0].id == old.id, node, 'name')
            operation = OPERATORS[operator.value]()
            node = ast.copy_location(ast.AugAssign(node.targets[0], operation, value), node)
        self.generic_visit(node)
        return node

    def visit_AugAssign(self, node):
        expect(type(node.target) is not ast.Name, node, 'unguarded augmented assignment')
        self.generic_visit(node)
        return node

    def visit_ClassDef(self, node):
        keyword = next((k for k in node.keywords if k.arg == 'metaclass'), None)
        expect(keyword is not None, node, 'metaclass')
        if guard_of(keyword.value) == '_metaclass_':
            keyword.value = plain(keyword.value, 1)[0]
        else:
            expect(type(keyword.value) is ast.Name and keyword.value.id == '_metaclass_', node, 'metaclass')
            expect(node.keywords.pop() is keyword, node, 'metaclass')
        self.generic_visit(node)
        return node

    # The compiler takes a pattern's attributes from the language's own nodes: they are read by the verifier.
    def visit_match_case(self, node):
        if node.guard is not None:
            node.guard = self.visit(node.guard)
        node.body = [self.visit(statement) for statement in node.body]
        return node


def unguard(tree):
    transformer = Unguard()
    transformer.arguments = {
        a for n in ast.walk(tree) if type(n) is ast.Call for a in n.args if type(a) is ast.Starred and guard_of(n) == '_apply_'
    }
    tree = transformer.visit(tree)
    left = {n.id for n in ast.walk(tree) if type(n) is ast.Name} & GUARDS
    expect(not left, tree, f'guards left {left}')
    return tree


class Fold(ast.NodeTransformer):
    """Text in f-strings in one form: `{'a'}` and `a` are the same."""

    def visit_JoinedStr(self, node):
        self.generic_visit(node)
        values = []
        for value in node.values:
            if (type(value) is ast.FormattedValue and type(value.value) is ast.Constant and type(value.value.value) is str
                    and value.conversion == -1 and value.format_spec is None):
                value = value.value
            if values and type(value) is ast.Constant and type(values[-1]) is ast.Constant:
                values[-1] = ast.copy_location(ast.Constant(values[-1].value + value.value), values[-1])
            else:
                values.append(value)
        node.values = values
        return node


FIELDS = (
    'co_argcount co_posonlyargcount co_kwonlyargcount co_nlocals co_stacksize co_flags co_code co_names co_varnames '
    'co_freevars co_cellvars co_name co_qualname co_firstlineno co_exceptiontable'
).split()


def difference(one, other):
    """Where two code objects differ in anything but positions; None when nowhere."""
    for field in FIELDS:
        a, b = getattr(one, field), getattr(other, field)
        if a != b:
            return f'{one.co_qualname}: {field} {a!r} {b!r}'
    if len(one.co_consts) != len(other.co_consts):
        return f'{one.co_qualname}: constants'
    for a, b in zip(one.co_consts, other.co_consts):
        if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
            inner = difference(a, b)
            if inner is not None:
                return inner
        # 0.0 and -0.0 are equal, 1 and True as well; sets have no order of their own.
        elif type(a) is not type(b) or (a != b if isinstance(a, frozenset) else repr(a) != repr(b)):
            return f'{one.co_qualname}: {a!r} {b!r}'
    return None


def positions(code, out):
    for line, end_line, column, end_column in code.co_positions():
        out.extend([-1 if x is None else x for x in (line, column, end_line, end_column)])
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            positions(constant, out)


# What compares a program twice, its code and then its positions, has it compiled once.
@functools.lru_cache(maxsize=1)
def original_code(source, mode='exec'):
    return compile(Fold().visit(ast.parse(source, mode=mode)), 'source', mode, dont_inherit=True)


@functools.lru_cache(maxsize=1)
def unguarded_code(guarded, mode='exec'):
    tree = ast.parse(guarded, mode=mode)
    return compile(Fold().visit(unguard(tree)), 'source', mode, dont_inherit=True)


def compare(source, guarded, mode='exec'):
    """What differs between a source and its guarded text with the guards taken out; None when nothing does."""
    try:
        original = original_code(source, mode)
    except (SyntaxError, ValueError) as error:
        return f'no Python: {error}'
    try:
        ours = unguarded_code(guarded, mode)
    except SyntaxError as error:
        return f'SyntaxError: {error}: {error.text!r}'
    except AssertionError as error:
        return f'shape: {error}'
    if source.count('\n') != guarded.count('\n'):
        return 'lines'
    return difference(original, ours)


def both_positions(source, guarded):
    """All positions of the original's instructions and of the guarded text's, four numbers each, in one order."""
    a, b = array.array('i'), array.array('i')
    positions(original_code(source), a)
    positions(unguarded_code(guarded), b)
    return a, b
