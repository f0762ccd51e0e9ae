"""What a program may define: functions, classes, imports, special names, captures of patterns.

A definition gives a name a meaning for others: for the interpreter (special methods), for the library (what it caches and
calls), for the program's guards. So names are judged here by where they stand.
"""

from ..sealed import __builtins__
import ast
from ast import Constant, Name

from ..language import CLASS_DUNDERS, DEFINED_METHODS, EXACT_KEY_CLASSES, MODULE_DUNDERS
from ..modules import MODULES_IN_C
from ..names import denied, is_dunder, judged
from . import limits
from .access import holds, is_call
from .identifiers import check_attribute, check_binding, check_keyword, check_read
from .refused import Refused

# Special names that a class body may assign: a method may as well be a function made elsewhere.
ASSIGNABLE = CLASS_DUNDERS | DEFINED_METHODS


# ---- functions


def function(node, walk):
    name = node.name
    if walk.scope.kind == 'class' and is_dunder(name):
        if name not in DEFINED_METHODS:
            raise Refused(f'a class cannot define `{name}`')
        _check_exact_key(name, walk)
    elif name not in walk.plain:
        walk.bind(name, node)
    _check_type_parameters(node)
    walk.enter('function', node.body)
    return node.returns, node.args, *node.decorator_list, *node.type_params


def parameters(node, walk):
    left = [*node.defaults, *node.kw_defaults]
    for arg in (*node.posonlyargs, *node.args, *node.kwonlyargs, node.vararg, node.kwarg):
        if arg is not None:
            if arg.arg not in walk.plain:
                check_binding(arg.arg, arg)
            if arg.annotation is not None:
                left.append(arg.annotation)
    return left


def anonymous_function(node, walk):
    walk.enter('function', [node.body])
    return (node.args,)


def comprehension(node, walk):
    """The first iterable belongs to the scope around, all else to a scope of its own."""
    body = [node.key, node.value] if type(node) is ast.DictComp else [node.elt]
    first = node.generators[0].iter
    for generator in node.generators:
        body += (generator.target, *generator.ifs)
        if generator.iter is not first:
            body.append(generator.iter)
    # A generator is a function; the others are written out in place, with a handler that restores what they hide.
    handlers = 0 if type(node) is ast.GeneratorExp else walk.scope.handlers + 1
    walk.enter('comprehension', body, handlers=handlers)
    return (first,)


# ---- classes


def class_definition(node, walk):
    """The keyword `metaclass` names the guard that judges what the class derives from and what it has."""
    if node.name not in walk.plain:
        walk.bind(node.name, node)
    limits.check_count(node.keywords, limits.KEYWORDS, 'named arguments', node)
    _check_type_parameters(node)
    left, guards = [*node.bases, *node.decorator_list, *node.type_params], []
    for keyword in node.keywords:
        if keyword.arg == 'metaclass':
            guards.append(keyword.value)
        else:
            left.append(keyword)
    if len(guards) == 1 and is_call(guards[0], '_metaclass_'):
        left += guards[0].args
    elif len(guards) != 1 or type(guards[0]) is not Name or guards[0].id != '_metaclass_':
        raise Refused('_metaclass_ is missing')
    walk.enter('class', node.body, {base.id for base in node.bases if type(base) is Name})
    return left


def _check_exact_key(name, walk):
    """Caches of the library are keyed by these values: one that lies about what it equals poisons them."""
    if name in ('__eq__', '__hash__') and not EXACT_KEY_CLASSES.isdisjoint(walk.scope.bases):
        raise Refused(
            f'a class derived from {min(EXACT_KEY_CLASSES & walk.scope.bases)} cannot define `{name}`'
        )


# ---- assignments


def assignment(node, walk):
    value = node.value
    held = holds(node, walk)
    if held is not None:
        return held
    return [value, *[target for target in node.targets if not _is_special(target, value, walk)]]


def annotated(node, walk):
    target = node.target
    return node.annotation, node.value, None if _is_special(target, node.value, walk) else target


def _is_special(target, value, walk):
    """Whether an assignment's target is a special name that may be given `value` here; refused where it may not."""
    if type(target) is not Name or target.id[:2] != '__' or not is_dunder(target.id):
        return False
    name, kind = target.id, walk.scope.kind
    if kind == 'function' and name in DEFINED_METHODS:
        return False
    if name not in (ASSIGNABLE if kind == 'class' else MODULE_DUNDERS if kind == 'module' else ()):
        raise Refused(f'`{name}` cannot be assigned here', target)
    if kind == 'class':
        _check_exact_key(name, walk)
        if name == '__match_args__':
            _check_literal(name, value)
    return True


def augmented(node, walk):
    """`x.n += v` reads `x.n` as well, past the guard that judges what it yields."""
    target = node.target
    if type(target) is ast.Attribute and judged(target.attr):
        raise Refused(
            f'`{target.attr}` of an expression cannot be assigned to in place: give the object a name first',
            target,
        )
    return (node.value,) if _is_special(target, None, walk) else None


def _check_literal(name, value):
    """Match arguments are read as attributes: their names must be literal strings that a guest may spell."""
    for each in value.elts if type(value) is ast.Tuple else [None]:
        if type(each) is not Constant or type(each.value) is not str:
            raise Refused(f'`{name}` is not made of literal strings', value)
        if denied(each.value):
            check_attribute(each.value, each)
        if is_dunder(each.value):
            raise Refused(f'the attribute `{each.value}` is not accessible', each)
        check_read(each.value, each)


# ---- imports


def import_modules(node, walk):
    for alias in node.names:
        _check_module(alias.name, alias)
        walk.bind(alias.asname or alias.name.partition('.')[0], alias)
    return ()


def import_names(node, walk):
    if node.level:
        raise Refused('a relative import has no package to start from')
    if node.module == '__future__':
        raise Refused(
            'from __future__ imports must occur at the beginning of the file', node, 'PR901'
        )
    _check_module(node.module, node)
    for alias in node.names:
        if alias.name == '*':
            raise Refused('a star import hides which names it binds', alias)
        _check_path(alias.name, alias)
        walk.bind(alias.asname or alias.name, alias)
    return ()


def _check_module(path, node):
    """Modules in C that the tables have: the interpreter reads no attribute for a name without dots."""
    if path not in MODULES_IN_C:
        _check_path(path, node)


def _check_path(path, node):
    """The interpreter reads the names of an import as attributes of modules, past every guard."""
    for name in path.split('.'):
        if name[:1] == '_':
            raise Refused(f'`{path}` is private', node)
        check_attribute(name, node)


# ---- other names


def _check_type_parameters(node):
    limits.check_count(node.type_params, limits.TYPE_PARAMETERS, 'type parameters', node)


def type_alias(node, walk):
    _check_type_parameters(node)


def type_parameter(node, walk):
    check_binding(node.name)


def declaration(node, walk):
    for name in node.names:
        check_binding(name)
    walk.scope.declared.update(node.names)
    return ()


def named(node, walk):
    """A construct that binds `name`, or nothing: exception handlers and captures."""
    if node.name is not None and node.name not in walk.plain:
        walk.bind(node.name, node)


def keyword(node, walk):
    if node.arg is not None and node.arg not in walk.plain:
        check_keyword(node.arg, node)
    return (node.value,)


def mapping_pattern(node, walk):
    if node.rest is not None:
        walk.bind(node.rest, node)


def class_pattern(node, walk):
    limits.check_count(node.kwd_attrs, limits.KEYWORDS, 'attributes in a pattern', node)
    for name in node.kwd_attrs:
        if is_dunder(name):
            raise Refused(f'the attribute `{name}` is not accessible')
        check_read(name)


def case(node, walk):
    limits.check_pattern(node.pattern)


def interpolated(node, walk):
    """The text of its expression is a constant, for those who read templates."""
    if type(node.str) is not str:
        raise Refused('an interpolation tells no text')
    formatted(node, walk)


def formatted(node, walk):
    if node.conversion not in (-1, 115, 114, 97):
        raise Refused('a conversion is none of !s, !r and !a')


RULES = {
    ast.FunctionDef: function,
    ast.AsyncFunctionDef: function,
    ast.arguments: parameters,
    ast.Lambda: anonymous_function,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.DictComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.ClassDef: class_definition,
    ast.Assign: assignment,
    ast.AnnAssign: annotated,
    ast.AugAssign: augmented,
    ast.Import: import_modules,
    ast.ImportFrom: import_names,
    ast.Global: declaration,
    ast.Nonlocal: declaration,
    ast.keyword: keyword,
    ast.ExceptHandler: named,
    ast.MatchAs: named,
    ast.MatchStar: named,
    ast.TypeAlias: type_alias,
    ast.TypeVar: type_parameter,
    ast.ParamSpec: type_parameter,
    ast.TypeVarTuple: type_parameter,
    ast.MatchMapping: mapping_pattern,
    ast.MatchClass: class_pattern,
    ast.match_case: case,
    ast.FormattedValue: formatted,
    ast.Interpolation: interpolated,
}
