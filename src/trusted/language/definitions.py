"""What a program may define: functions, classes, imports, special names, captures of patterns.

A definition gives a name a meaning for others: for the interpreter (special methods), for trusted code (what it caches and
calls), for the residual text itself (guards). So names are judged here by where they stand.
"""

from .sealed import __builtins__
import ast
from ast import Constant, Name

from . import inline, limits
from .class_scope import renamed
from .identifiers import (
    check_binding,
    check_keyword,
    check_name_string,
    mangled,
    stored,
    stored_unjudged,
)
from .language import CLASS_DUNDERS, DEFINABLE_METHODS, EXACT_KEY_CLASSES, MODULE_DUNDERS
from .names import is_dunder
from .refused import Refused
from .residual import FUTURE_FEATURES

# Special names that a class body may assign: a method may as well be a function made elsewhere.
ASSIGNABLE = CLASS_DUNDERS | DEFINABLE_METHODS


# ---- functions


def function(node, walk):
    name = node.name
    if walk.scope.kind == 'class' and is_dunder(name):
        if name not in DEFINABLE_METHODS:
            raise Refused(f'a class cannot define `{name}`')
        check_exact_key(name, walk)
    elif name not in walk.plain:
        check_binding(name)
    walk.enter('function', walk.scope.owner, node.body)
    left = [*node.decorator_list, node.args, *type_parameters(node)]
    node.decorator_list = [_registration(each, node.args) for each in node.decorator_list]
    if node.returns is not None:
        left.append(node.returns)
        node.returns = None
    return left


def _registration(decorator, parameters):
    """A decorator `x.register` is handed the first annotation: single dispatch goes by it."""
    annotations = [
        arg.annotation
        for arg in (*parameters.posonlyargs, *parameters.args)
        if arg.annotation is not None
    ]
    read = (
        type(decorator) is ast.Call
        and type(decorator.func) is Name
        and decorator.func.id == '_getattr_'
    )
    if annotations and read and decorator.args[-1].value == 'register':
        return inline.registered(decorator, annotations[0])
    return decorator


def parameters(node, walk):
    """Annotations of functions are verified and dropped: nothing of ours reads them, and what they hold is never run."""
    left = [*node.defaults, *node.kw_defaults]
    args = [*node.posonlyargs, *node.args, *node.kwonlyargs]
    if node.vararg is not None:
        args.append(node.vararg)
    if node.kwarg is not None:
        args.append(node.kwarg)
    for arg in args:
        if arg.arg not in walk.plain:
            check_binding(arg.arg, arg)
        if arg.annotation is not None:
            left.append(arg.annotation)
            arg.annotation = None
    return left


def anonymous_function(node, walk):
    walk.enter('function', walk.scope.owner, [node.body])
    return (node.args,)


# ---- classes


def class_definition(node, walk):
    check_binding(node.name)
    limits.check_count(node.keywords, limits.KEYWORDS, 'named arguments', node)
    left = [*node.bases, *node.decorator_list, *type_parameters(node)]
    metaclasses = 0
    for keyword in node.keywords:
        if keyword.arg is None:
            raise Refused('a class takes no double-starred arguments', keyword)
        if keyword.arg == 'metaclass':
            metaclasses += type(keyword.value) is Name and keyword.value.id == '_metaclass_' or 2
        else:
            check_keyword(keyword.arg, keyword)
            left.append(keyword.value)
    if metaclasses != 1:
        raise Refused('_metaclass_ is missing')
    walk.renames += renamed(node)
    walk.enter(
        'class', node.name, node.body, {base.id for base in node.bases if type(base) is Name}
    )
    return left


def check_exact_key(name, walk):
    """Trusted caches are keyed by these values: one that lies about what it equals poisons them."""
    if name in ('__eq__', '__hash__') and not EXACT_KEY_CLASSES.isdisjoint(walk.scope.bases):
        raise Refused(
            f'a class derived from {min(EXACT_KEY_CLASSES & walk.scope.bases)} cannot define `{name}`'
        )


def defines_dunder(target, value, walk):
    """Whether an assignment's target is a special name that may be given `value` here; refused where it may not."""
    if type(target) is not Name or target.id[:2] != '__' or not is_dunder(target.id):
        return False
    name, kind = target.id, walk.scope.kind
    if name not in (ASSIGNABLE if kind == 'class' else MODULE_DUNDERS if kind == 'module' else ()):
        raise Refused(f'`{name}` cannot be assigned here', target)
    if kind == 'class':
        check_exact_key(name, walk)
        if name == '__slots__' or name == '__match_args__':
            _rename_strings(name, value, walk.scope.owner)
    return True


def _rename_strings(name, value, owner):
    """Gives private names in `__slots__` and `__match_args__` their stored form; only literals can be judged."""
    kind = type(value)
    if name == '__match_args__':
        # Patterns read what this names past every guard, and CPython does not mangle it.
        strings, owner = value.elts if kind is ast.Tuple else [None], None
    elif kind in (ast.Tuple, ast.List, ast.Set):
        strings = value.elts
    else:
        strings = value.keys if kind is ast.Dict else [value]
    for each in strings:
        if type(each) is not Constant or type(each.value) is not str:
            raise Refused(f'`{name}` is not made of literal strings', value)
        check_name_string(each.value, each)
        judge = stored_unjudged if name == '__match_args__' else stored
        each.value = judge(mangled(each.value, owner), each)


# ---- imports


def import_modules(node, walk):
    for alias in node.names:
        _check_path(alias.name, alias)
        check_binding(alias.asname or alias.name.partition('.')[0], alias)
    return ()


def import_names(node, walk):
    if node.level:
        raise Refused('a relative import has no package to start from')
    if node.module == '__future__':
        raise Refused(
            'from __future__ imports must occur at the beginning of the file', node, 'PR901'
        )
    _check_path(node.module, node)
    for alias in node.names:
        if alias.name == '*':
            raise Refused('a star import hides which names it binds', alias)
        _check_path(alias.name, alias)
        check_binding(alias.asname or alias.name, alias)
    return ()


def _check_path(path, node):
    """The interpreter reads the names of an import as attributes of modules, past every guard."""
    for name in path.split('.'):
        if name[:1] == '_':
            raise Refused(f'`{path}` is private', node)
        stored(name, node)


def without_future_imports(tree):
    """Takes the future imports off the beginning of a program: the module does not exist for a guest, and what they ask for
    is so already. With `annotations`, a program's annotations would be strings of guarded text."""
    body = tree.body
    first = body[0].value if body and type(body[0]) is ast.Expr else None
    start = at = int(type(first) is Constant and type(first.value) is str)
    while (
        at < len(body)
        and type(body[at]) is ast.ImportFrom
        and body[at].module == '__future__'
        and not body[at].level
    ):
        for alias in body[at].names:
            if alias.name not in FUTURE_FEATURES or alias.asname is not None:
                raise Refused(f'the future feature `{alias.name}` cannot be imported', alias)
        at += 1
    del body[start:at]


# ---- other names


def type_parameters(node):
    limits.check_count(node.type_params, limits.TYPE_PARAMETERS, 'type parameters', node)
    return node.type_params


def type_alias(node, walk):
    return node.name, *type_parameters(node), node.value


def declaration(node, walk):
    for name in node.names:
        check_binding(name)
    return ()


def named(node, walk):
    """A construct that binds `name`, or nothing: exception handlers, captures, type parameters."""
    if node.name is not None:
        check_binding(node.name)


def handler(node, walk):
    """In a class body its name may yet be renamed; there a message keeps its marks."""
    named(node, walk)
    left = [*node.body] if node.type is None else [node.type, *node.body]
    if node.name is not None and walk.scope.kind != 'class':
        inline.told(node)
    return left


def mapping_pattern(node, walk):
    if node.rest is not None:
        check_binding(node.rest)
    return *_pattern_values(node.keys, walk), *node.patterns


def value_pattern(node, walk):
    return _pattern_values([node.value], walk)


def class_pattern(node, walk):
    limits.check_count(node.kwd_attrs, limits.KEYWORDS, 'attributes in a pattern', node)
    node.kwd_attrs = [stored_unjudged(name) for name in node.kwd_attrs]
    return *_pattern_values([node.cls], walk), *node.patterns, *node.kwd_patterns


def _pattern_values(values, walk):
    """Values in patterns may be dotted names, which stay as they are: a pattern cannot hold a call. So their attributes are
    judged by name alone."""
    left = []
    for value in values:
        while type(value) is ast.Attribute:
            value.attr = stored_unjudged(mangled(value.attr, walk.scope.owner), value)
            value = value.value
        left.append(value)
    return left


def case(node, walk):
    limits.check_pattern(node.pattern)


def formatted(node, walk):
    if node.conversion not in (-1, 115, 114, 97):
        raise Refused('a conversion is none of !s, !r and !a')


RULES = {
    ast.FunctionDef: function,
    ast.AsyncFunctionDef: function,
    ast.arguments: parameters,
    ast.Lambda: anonymous_function,
    ast.ClassDef: class_definition,
    ast.Import: import_modules,
    ast.ImportFrom: import_names,
    ast.Global: declaration,
    ast.Nonlocal: declaration,
    ast.ExceptHandler: handler,
    ast.MatchAs: named,
    ast.MatchStar: named,
    ast.TypeAlias: type_alias,
    ast.TypeVar: named,
    ast.ParamSpec: named,
    ast.TypeVarTuple: named,
    ast.MatchMapping: mapping_pattern,
    ast.MatchValue: value_pattern,
    ast.MatchClass: class_pattern,
    ast.match_case: case,
    ast.FormattedValue: formatted,
}
