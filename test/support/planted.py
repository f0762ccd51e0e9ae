"""Mistakes of translation, planted: a translated tree is changed as a bug of translation might have changed it, and handed on.

`plant` makes one such change. `harm` says what of a compiled program reaches where no program of the restricted language may.
It is written apart from the verifier, over text and code, and shares with it no more than the tables of names.
"""
import ast
import dis
import random
import re
import types

from pyrestrict import language
from pyrestrict.names import UNRENAMED
from pyrestrict.translate import nodes, translate
from pyrestrict.verify import verify
from pyrestrict.verify.identifiers import check_marks
from pyrestrict.verify.refused import Refused

MARK = '\u02bc'
OURS = [MARK + word for word in (':a', ':self', 'type', 'G', 'T', 'tell', 'x', 'value', '+=', '|=')]
FORBIDDEN = '__class__ __globals__ __subclasses__ __dict__ __builtins__ __code__ __buffer__ __reduce_ex__ __init__ __call__'.split()
SNEAKY = [*FORBIDDEN, *OURS, *language.GUARDS, *list(language.DENIED_ATTRIBUTES)[:8], *list(language.JUDGED_ATTRIBUTES),
          '_private', '__private', MARK + '_p', MARK + '__p', MARK, 'x' + MARK, 'gi_x', 'co_x', 'super', '__name__', 'type', 'f']
IDENTIFIERS = 'name id attr arg asname rest'.split()


def parts(tree):
    """Every node with its parent, the field that holds it and its place there."""
    found, todo = [], [tree]
    while todo:
        node = todo.pop()
        for field, held in ast.iter_fields(node):
            for at, part in enumerate(held) if type(held) is list else ((None, held),):
                if isinstance(part, ast.AST):
                    found.append((part, node, field, at))
                    todo.append(part)
    return found


def put(parent, field, at, node):
    if at is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[at] = node


# ---- mistakes: each changes a tree by chance, and tells whether it found a place


def drop_guard(tree, chance):
    """A guard that decides at run time is taken away as if its effect were certain."""
    places = [(n, *where) for n, *where in parts(tree) if type(n) is ast.Call and type(n.func) is ast.Name and n.func.id in ('_getattr_', '_write_')
              and (len(n.args) == 1 if n.func.id == '_write_' else len(n.args) == 2 and type(getattr(n.args[1], 'value', None)) is str)]
    if not places:
        return False
    node, parent, field, at = chance.choice(places)
    new = node.args[0]
    if node.func.id == '_getattr_':
        new = ast.copy_location(ast.Attribute(node.args[0], node.args[1].value, nodes.LOAD), node)
    put(parent, field, at, new)
    return True


def drop_test(tree, chance):
    """The test for an own class is taken away, or turned about, or asks something else."""
    places = [(n, *where) for n, *where in parts(tree) if type(n) is ast.IfExp]
    if not places:
        return False
    node, parent, field, at = chance.choice(places)
    how = chance.randrange(5)
    if how == 0:
        put(parent, field, at, node.body)
    elif how == 1:
        node.body, node.orelse = node.orelse, node.body
    elif how == 2:
        node.orelse = node.body
    elif how == 3:
        node.test = ast.copy_location(ast.Constant(True), node)
    elif type(node.test) is ast.Compare:
        node.test.ops = [ast.NotIn()]
    return True


def swap_name(tree, chance):
    """An identifier, or a name in a string, becomes another."""
    places = [(n, field) for n, *_ in [(tree, 0), *parts(tree)] for field in IDENTIFIERS if type(getattr(n, field, None)) is str]
    places += [(n, 'value') for n, *_ in parts(tree) if type(n) is ast.Constant and type(n.value) is str]
    places += [(n, 'names') for n, *_ in parts(tree) if type(n) in (ast.Global, ast.Nonlocal)]
    places += [(n, 'kwd_attrs') for n, *_ in parts(tree) if type(n) is ast.MatchClass and n.kwd_attrs]
    if not places:
        return False
    node, field = chance.choice(places)
    name = chance.choice(SNEAKY)
    if type(getattr(node, field)) is list:
        name = [name, *getattr(node, field)[1:]]
    setattr(node, field, name)
    return True


def forget_mark(tree, chance):
    """A private name keeps the spelling of its source."""
    places = [(n, f) for n, *_ in parts(tree) for f in (*IDENTIFIERS, 'value') if str(getattr(n, f, '')).startswith(MARK + '_')]
    if not places:
        return False
    node, field = chance.choice(places)
    setattr(node, field, getattr(node, field)[1:])
    return True


def mark_wrongly(tree, chance):
    """A name of no class, or of the wrong one, is marked."""
    places = [n for n, *_ in parts(tree) if type(n) is ast.Name]
    if not places:
        return False
    node = chance.choice(places)
    node.id = MARK + ('' if node.id.startswith('_') else '_') + node.id
    return True


def move(tree, chance):
    """An expression stands in the place of another: a target of another assignment, an argument of another guard."""
    found = [each for each in parts(tree) if isinstance(each[0], ast.expr)]
    if len(found) < 2:
        return False
    (one, *_), (_, parent, field, at) = chance.choice(found), chance.choice(found)
    put(parent, field, at, one)
    return True


def swap(tree, chance):
    """Two nodes of one kind change places."""
    found = [each for each in parts(tree) if not isinstance(each[0], ast.expr_context)]
    if not found:
        return False
    one = chance.choice(found)
    others = [each for each in found if type(each[0]) is type(one[0]) and each[0] is not one[0]]
    if not others:
        return False
    other = chance.choice(others)
    put(*one[1:], other[0])
    put(*other[1:], one[0])
    return True


def cyclic(tree):
    """Whether a node holds itself; such a tree has no end that an oracle could reach."""
    path, todo = set(), [(tree, False)]
    while todo:
        node, left = todo.pop()
        if left:
            path.discard(id(node))
        elif id(node) in path:
            return True
        else:
            path.add(id(node))
            todo.append((node, True))
            todo += [(child, False) for child in ast.iter_child_nodes(node)]
    return False


def plant_node(tree, chance):
    """A node appears that no translation makes."""
    found = [each for each in parts(tree) if isinstance(each[0], ast.expr) and type(getattr(each[0], 'ctx', nodes.LOAD)) is ast.Load]
    if not found:
        return False
    node, parent, field, at = chance.choice(found)
    text = chance.choice(PLANTED)
    put(parent, field, at, ast.copy_location(ast.fix_missing_locations(ast.parse(text, mode='eval').body), node))
    for each in ast.walk(getattr(parent, field)[at] if at is not None else getattr(parent, field)):
        ast.copy_location(each, node)
    return True


PLANTED = """
_write_|_getattr_|_metaclass_|ʼtype|ʼG|ʼT|ʼtype(a)|ʼtype(a, (), {})|ʼG.add(a)|a.__class__|a.gi_frame|a.format|_getattr_(a, b)
_getattr_(a, '__class__')|_getattr_(a, 'x')|_write_(a)|ʼtype(*a) in ʼG|ʼtype(a) in a|ʼtype(a) in ʼG|a in ʼG|ʼtype(a) not in ʼG
ʼtype(a) in ʼG in ʼT|(ʼx := a)|ʼx|_getitem_(a, b)|_apply_(a, *b)|__import__|__builtins__|a._p|a.ʼ_p|ʼ_p|t"{a}"|f"{a!r}"
super().__class__|super().__init__|super().__new__|super(a).__init__|lambda __class__: 0|lambda _write_: 0|(super := a)|f(metaclass=a)
(ʼx if ʼtype((ʼx := a)) in ʼG else _write_(ʼx))|f(__x__=1)|[0 for _write_ in a]|(yield)|await a|[*a]|{**a}|a.__init__()|(ʼvalue := a)
""".strip().replace('\n', '|').split('|')


def lose_metaclass(tree, chance):
    """A class statement names no guard, or another."""
    places = [n for n, *_ in parts(tree) if type(n) is ast.ClassDef and n.keywords]
    if not places:
        return False
    node = chance.choice(places)
    if chance.random() < 0.5:
        node.keywords.clear()
    else:
        node.keywords[-1].value = ast.copy_location(ast.Name(chance.choice(['type', MARK + 'type', 'M']), nodes.LOAD), node)
    return True


def misread_context(tree, chance):
    """What is read is written, or the reverse."""
    places = [n for n, *_ in parts(tree) if hasattr(n, 'ctx')]
    if not places:
        return False
    chance.choice(places).ctx = chance.choice([ast.Load, ast.Store, ast.Del])()
    return True


MISTAKES = [drop_guard, drop_test, swap_name, forget_mark, mark_wrongly, move, swap, plant_node, lose_metaclass, misread_context]


# ---- the oracle


def harm(tree, code):
    """What is wrong with a program that was compiled; None if nothing is."""
    return _harm_of_tree(tree) or _harm_of_code(code, 'module')


def _forbidden(name):
    if name.startswith(MARK):
        return not name.startswith(MARK + '_')
    if MARK in name or name in language.DENIED_ATTRIBUTES or name in language.JUDGED_ATTRIBUTES:
        return True
    return name.startswith('_') or re.match('(gi|cr|ag|tb|co)_', name) is not None


def _harm_of_tree(tree):
    parent_of = {id(part): parent for part, parent, *_ in parts(tree)}
    for node, parent, field, _ in parts(tree):
        text = ast.unparse(node) if type(node) in (ast.Attribute, ast.ClassDef) else ''
        if type(node) is ast.Attribute and type(node.ctx) is ast.Load:
            if _forbidden(node.attr) and not (node.attr in language.DEFINABLE_METHODS and node.attr not in language.JUDGED_ATTRIBUTES and text == f'super().{node.attr}'):
                return f'reads {text}'
        elif type(node) is ast.Attribute:
            value = ast.unparse(node.value)
            written = type(node.value) is ast.Call and value.startswith('_write_(') and len(node.value.args) == 1 and not node.value.keywords
            held = type(node.value) is ast.Name and node.value.id.startswith(MARK + ':')
            if not written and not ((held or _is_test(node.value)) and _in_function(node, parent_of)):
                return f'writes {text}'
            if type(parent) is ast.AugAssign and _forbidden(node.attr) and field == 'target' and not node.attr.startswith(MARK):
                return f'reads and writes {text}'
        elif type(node) is ast.ClassDef:
            # A starred argument cannot name it again: the interpreter takes one.
            named = [each.value for each in node.keywords if each.arg == 'metaclass']
            if len(named) != 1 or ast.unparse(named[0].func if _is_chosen(named[0]) else named[0]) != '_metaclass_':
                return f'makes {text}'
        elif type(node) is ast.Name and (node.id in language.GUARDS or node.id.startswith(MARK) and not node.id.startswith(MARK + '_')):
            if not _in_place(node, parent, field, parent_of):
                return f'has {node.id} as a value'
    return None


def _is_chosen(node):
    """`_metaclass_(M)`, which judges M when the class is made."""
    return type(node) is ast.Call and len(node.args) == 1 and type(node.args[0]) is not ast.Starred and not node.keywords


def _is_test(node):
    return type(node) is ast.IfExp and type(node.test) is ast.Compare and re.fullmatch(
        f'{MARK}x if {MARK}type\\(\\({MARK}x := .*\\)\\) in {MARK}G else _write_\\({MARK}x\\)', ast.unparse(node), re.DOTALL) is not None


def _holds(node):
    return type(node) is ast.Assign and type(node.targets[0]) is ast.Name and node.targets[0].id.startswith(MARK + ':')


def _in_function(node, parent_of):
    while node is not None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return True
        if isinstance(node, (ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return False
        node = parent_of.get(id(node))
    return False


def _in_place(node, parent, field, parent_of):
    """Whether a name of ours stands where translation puts it."""
    word = node.id.removeprefix(MARK)
    around = parent_of.get(id(parent))
    if word.startswith(':'):
        if type(node.ctx) is ast.Store:
            return type(parent) is ast.Assign and len(parent.targets) == 1 and _is_test(parent.value)
        return type(node.ctx) is ast.Load and type(parent) is ast.Attribute and type(parent.ctx) is not ast.Load
    if word == '_metaclass_':
        if type(parent) is ast.Call and field == 'func' and _is_chosen(parent):
            parent, around = around, parent_of.get(id(around))
        return type(parent) is ast.keyword and type(around) is ast.ClassDef
    if word == 'value':
        return type(node.ctx) is not ast.Load
    if word in ('G', 'T'):
        return type(parent) is ast.Compare and [type(op) for op in parent.ops] == [ast.In] and ast.unparse(parent.left).startswith(MARK + 'type(')
    if word == 'x':
        test = parent if type(parent) is ast.IfExp else around
        while test is not None and type(test) is not ast.IfExp:
            test = parent_of.get(id(test))
        return test is not None and _is_test(test) and (
            type(parent_of.get(id(test))) is ast.Attribute or _holds(parent_of.get(id(test))))
    if type(parent) is not ast.Call or field != 'func':
        return False
    if word == 'type':
        return type(around) is ast.Compare and around.left is parent and len(parent.args) == 1 and type(parent.args[0]) is not ast.Starred and not parent.keywords \
            and ast.unparse(around).endswith((f' in {MARK}G', f' in {MARK}T')) and len(around.ops) == 1 and type(around.ops[0]) is ast.In
    if word == '_write_':
        return True
    if word == '_getattr_':
        return len(parent.args) == 2 and type(parent.args[1]) is ast.Constant and type(parent.args[1].value) is str
    if word in ('set', 'unset'):
        return len(parent.args) == (3 if word == 'set' else 2) and type(parent.args[-1]) is ast.Constant and parent.args[-1].value in language.SETTABLE_DUNDERS
    return word in ('tell', 'run') or word in language.IN_PLACE


def _harm_of_code(code, kind):
    for instruction in dis.get_instructions(code):
        name, opname = instruction.argval, instruction.opname
        if opname == 'SETUP_ANNOTATIONS':
            return opname
        if opname == 'CALL_INTRINSIC_1' and instruction.arg in (1, 2):
            return instruction.argrepr
        if opname in ('IMPORT_NAME', 'IMPORT_FROM') and any(part.startswith('_') or part in language.DENIED_ATTRIBUTES for part in name.split('.')):
            return f'{opname} {name}'
        if opname in ('STORE_NAME', 'STORE_GLOBAL', 'DELETE_NAME', 'DELETE_GLOBAL'):
            if name in language.GUARDS or name in language.UNBINDABLE or name in ('__builtins__', '__import__', '__build_class__'):
                return f'{opname} {name}'
            if kind == 'class' and opname == 'STORE_NAME' and name.startswith('_') and not name.startswith('__') and name not in UNRENAMED:
                return f'a member {name} in the clear'
            if kind == 'class' and opname == 'STORE_NAME' and name in language.DENIED_ATTRIBUTES:
                return f'a member {name}'
            if kind == 'class' and opname == 'STORE_NAME' and name in ('__class__', '__buffer__', '__dict__'):
                return f'a member {name}'
    for name in (*code.co_varnames, *code.co_cellvars, *code.co_freevars):
        if name in language.GUARDS or name == 'super':
            return f'a variable {name}'
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found = _harm_of_code(constant, 'function' if constant.co_flags & 1 else 'class')
            if found:
                return found
    return None


def trial(text, seed, verified=True):
    """(the mistakes planted, 'refused' or 'harmless' or 'no place', what harm was found)"""
    chance = random.Random(seed)
    tree = ast.parse(text)
    try:
        check_marks(tree, text)
        translate(tree, None, False)
    except Refused:
        return '', 'no place', None
    planted = []
    for mistake in chance.choices(MISTAKES, k=chance.choice([1, 1, 2, 3])):
        if mistake(tree, chance):
            planted.append(mistake.__name__)
        # No walk comes to the end of a tree that holds itself; the verifier's ends at its bound of depth.
        if cyclic(tree):
            return '', 'no place', None
    if not planted:
        return '', 'no place', None
    if verified:
        try:
            verify(tree)
        except Refused:
            return ' '.join(planted), 'refused', None
    try:
        code = compile(tree, '<planted>', 'exec', dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError, TypeError):
        return ' '.join(planted), 'refused', None
    return ' '.join(planted), 'harmless', harm(tree, code)
