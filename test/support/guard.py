"""From source to guarded text by way of CPython's own tree: the contract's table written as a transformer, for tests.

A second implementation of what `src/rewrite` does on text: it keeps no positions and no spelling, but is as short as the table.
"""
import ast

OPERATORS = {
    ast.Add: '+=', ast.Sub: '-=', ast.Mult: '*=', ast.Div: '/=', ast.FloorDiv: '//=', ast.Mod: '%=', ast.Pow: '**=',
    ast.MatMult: '@=', ast.LShift: '<<=', ast.RShift: '>>=', ast.BitAnd: '&=', ast.BitOr: '|=', ast.BitXor: '^=',
}
SEQUENCES = (ast.Tuple, ast.List)


def call(guard, *arguments):
    return ast.Call(ast.Name(guard, ast.Load()), [*arguments], [])


def spec(target):
    star, children = None, []
    for at, element in enumerate(target.elts):
        if type(element) is ast.Starred:
            star = at
        elif type(element) in SEQUENCES:
            children.append((at if star is None else at - len(target.elts), spec(element)))
    return {'childs': tuple(children), 'min_len': len(target.elts) - (star is not None)}


def literal(value):
    return ast.parse(repr(value), mode='eval').body


class Guard(ast.NodeTransformer):
    owner = None

    def mangled(self, name):
        stem = (self.owner or '').lstrip('_')
        return f'_{stem}{name}' if stem and name.startswith('__') and not name.endswith('__') else name

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if type(node.ctx) is ast.Load:
            return call('_getattr_', node.value, ast.Constant(self.mangled(node.attr)))
        node.value = call('_write_', node.value)
        return node

    def key(self, key):
        if type(key) is ast.Slice:
            return call('_slice_', *(bound or ast.Constant(None) for bound in (key.lower, key.upper, key.step)))
        return ast.Tuple([self.key(each) for each in key.elts], ast.Load()) if type(key) is ast.Tuple else key

    def visit_Subscript(self, node):
        self.generic_visit(node)
        if type(node.ctx) is ast.Load:
            return call('_getitem_', node.value, self.key(node.slice))
        node.value = call('_write_', node.value)
        return node

    def iterable(self, target, iterable, is_async):
        if type(target) in SEQUENCES and not is_async:
            return call('_iter_unpack_sequence_', iterable, literal(spec(target)), ast.Name('_getiter_', ast.Load()))
        return call('_getiter_', iterable)

    def visit_For(self, node):
        self.generic_visit(node)
        node.iter = self.iterable(node.target, node.iter, type(node) is ast.AsyncFor)
        return node

    visit_AsyncFor = visit_For

    def visit_comprehension(self, node):
        self.generic_visit(node)
        node.iter = self.iterable(node.target, node.iter, node.is_async)
        return node

    def visit_YieldFrom(self, node):
        self.generic_visit(node)
        node.value = call('_getiter_', node.value)
        return node

    def visit_Starred(self, node):
        self.generic_visit(node)
        if type(node.ctx) is ast.Load:
            node.value = call('_getiter_', node.value)
        return node

    def visit_Assign(self, node):
        self.generic_visit(node)
        sequences = [target for target in node.targets if type(target) in SEQUENCES]
        if sequences:
            node.value = call('_unpack_sequence_', node.value, literal(spec(sequences[0])), ast.Name('_getiter_', ast.Load()))
        return node

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if type(node.target) is not ast.Name:
            return node
        old = ast.Name(node.target.id, ast.Load())
        return ast.Assign([node.target], call('_inplacevar_', ast.Constant(OPERATORS[type(node.op)]), old, node.value))

    def visit_Call(self, node):
        starred = [argument for argument in node.args if type(argument) is ast.Starred]
        self.generic_visit(node)
        if starred or any(keyword.arg is None for keyword in node.keywords):
            for each in starred:
                each.value = each.value.args[0]
            return ast.Call(ast.Name('_apply_', ast.Load()), [node.func, *node.args], node.keywords)
        return node

    def visit_ClassDef(self, node):
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        node.bases = [self.visit(each) for each in node.bases]
        node.keywords = [self.visit(each) for each in node.keywords]
        node.type_params = [self.visit(each) for each in node.type_params]
        outer, self.owner = self.owner, node.name
        node.body = [self.visit(each) for each in node.body]
        self.owner = outer
        for keyword in node.keywords:
            if keyword.arg == 'metaclass':
                keyword.value = call('_metaclass_', keyword.value)
                return node
        node.keywords.append(ast.keyword('metaclass', ast.Name('_metaclass_', ast.Load())))
        return node

    def visit_TemplateStr(self, node):
        texts = [ast.Constant(each.str) for each in node.values if type(each) is ast.Interpolation]
        self.generic_visit(node)
        return call('_template_', node, ast.Tuple(texts, ast.Load()))

    def visit_match_case(self, node):
        if node.guard is not None:
            node.guard = self.visit(node.guard)
        node.body = [self.visit(statement) for statement in node.body]
        return node


def guarded_tree(source, mode='exec'):
    """The guarded program as a tree."""
    return ast.fix_missing_locations(Guard().visit(ast.parse(source, mode=mode)))


def guarded(source, mode='exec'):
    """The guarded program as text."""
    return ast.unparse(guarded_tree(source, mode))
