"""The residual language's grammar, as data: every node type that may reach the compiler, and what each field holds.

The table is total in both directions. A node type that is not listed is refused when a program holds one; and this module
refuses to load beside a CPython whose `ast` differs from it by one type, one field or one field's type, so a new version's
additions are never walked past. All that matters about a name is in its field's kind, so a construct that binds names
in a new way cannot be overlooked: the table says `binding`, and whoever walks the table sees it.

Kinds of fields:
  child      a node, or None         binding    an identifier the construct binds, or None
  children   a list of nodes         bindings   a list of such identifiers
  attribute  an attribute's name     attributes a list of such names
  keyword    an argument's name      module     a module's or imported name's path
  name       a plain name, bound or read as `ctx` says
  leaf       an operator or context, leaves a list of them: types without fields, listed in LEAVES
  data       a number, a flag or a constant, checked by the node's own rule where it has one
"""

from ..sealed import __builtins__
import ast
from types import GenericAlias
from typing import Union, get_args

from .refused import Refused

NODES = {}
for line in """
Module            body:children type_ignores:children
Expression        body:child
FunctionDef       name:binding args:child body:children decorator_list:children returns:child type_comment:data type_params:children
AsyncFunctionDef  name:binding args:child body:children decorator_list:children returns:child type_comment:data type_params:children
ClassDef          name:binding bases:children keywords:children body:children decorator_list:children type_params:children
Return            value:child
Delete            targets:children
Assign            targets:children value:child type_comment:data
TypeAlias         name:child type_params:children value:child
AugAssign         target:child op:leaf value:child
AnnAssign         target:child annotation:child value:child simple:data
For               target:child iter:child body:children orelse:children type_comment:data
AsyncFor          target:child iter:child body:children orelse:children type_comment:data
While             test:child body:children orelse:children
If                test:child body:children orelse:children
With              items:children body:children type_comment:data
AsyncWith         items:children body:children type_comment:data
Match             subject:child cases:children
Raise             exc:child cause:child
Try               body:children handlers:children orelse:children finalbody:children
TryStar           body:children handlers:children orelse:children finalbody:children
Assert            test:child msg:child
Import            names:children
ImportFrom        module:module names:children level:data
Global            names:bindings
Nonlocal          names:bindings
Expr              value:child
Pass
Break
Continue
BoolOp            op:leaf values:children
NamedExpr         target:child value:child
BinOp             left:child op:leaf right:child
UnaryOp           op:leaf operand:child
Lambda            args:child body:child
IfExp             test:child body:child orelse:child
Dict              keys:children values:children
Set               elts:children
ListComp          elt:child generators:children
SetComp           elt:child generators:children
DictComp          key:child value:child generators:children
GeneratorExp      elt:child generators:children
Await             value:child
Yield             value:child
YieldFrom         value:child
Compare           left:child ops:leaves comparators:children
Call              func:child args:children keywords:children
FormattedValue    value:child conversion:data format_spec:child
JoinedStr         values:children
TemplateStr       values:children
Interpolation     value:child str:data conversion:data format_spec:child
Constant          value:data kind:data
Attribute         value:child attr:attribute ctx:leaf
Subscript         value:child slice:child ctx:leaf
Starred           value:child ctx:leaf
Name              id:name ctx:leaf
List              elts:children ctx:leaf
Tuple             elts:children ctx:leaf
Slice             lower:child upper:child step:child
comprehension     target:child iter:child ifs:children is_async:data
ExceptHandler     type:child name:binding body:children
arguments         posonlyargs:children args:children vararg:child kwonlyargs:children kw_defaults:children kwarg:child defaults:children
arg               arg:binding annotation:child type_comment:data
keyword           arg:keyword value:child
alias             name:module asname:binding
withitem          context_expr:child optional_vars:child
match_case        pattern:child guard:child body:children
MatchValue        value:child
MatchSingleton    value:data
MatchSequence     patterns:children
MatchMapping      keys:children patterns:children rest:binding
MatchClass        cls:child patterns:children kwd_attrs:attributes kwd_patterns:children
MatchStar         name:binding
MatchAs           pattern:child name:binding
MatchOr           patterns:children
TypeVar           name:binding bound:child default_value:child
ParamSpec         name:binding default_value:child
TypeVarTuple      name:binding default_value:child
""".strip().splitlines():
    kind, *fields = line.split()
    NODES[getattr(ast, kind)] = dict(field.split(':') for field in fields)  # pyright: ignore[reportCallIssue, reportArgumentType]

# Types without fields: contexts and operators. All of CPython's are in the language.
LEAVES = frozenset(
    getattr(ast, kind)
    for kind in """
Load Store Del And Or Not Invert UAdd USub Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn
Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv
""".split()
)

# Types that are refused: roots that are never compiled, and what `ast` keeps for old programs.
REFUSED = frozenset(
    getattr(ast, kind)
    for kind in """
Interactive FunctionType TypeIgnore Suite Index ExtSlice AugLoad AugStore Param
""".split()
)

# The abstract types that fields are declared with. They are never instantiated by the parser.
ABSTRACT = frozenset(
    getattr(ast, kind)
    for kind in """
mod stmt expr expr_context boolop operator unaryop cmpop excepthandler pattern type_ignore type_param slice
""".split()
)

# Node type -> the fields that hold nodes, in evaluation-neutral order: what a walk descends into.
CHILDREN = {
    kind: tuple(field for field, holds in fields.items() if holds in ('child', 'children'))
    for kind, fields in NODES.items()
}


def fields_of(node):
    """What each field of `node` holds; refused when its type is not in the language."""
    fields = NODES.get(type(node))
    if fields is None:
        raise Refused(f'{type(node).__name__} is not in the language', node)
    return fields


def _declared(annotation):
    """An entry of `_field_types` as (many, optional, type)."""
    if type(annotation) is GenericAlias and annotation.__origin__ is list:
        return True, False, annotation.__args__[0]
    if type(annotation) is Union:
        kept = [part for part in get_args(annotation) if part is not type(None)]
        return False, True, kept[0] if len(kept) == 1 else annotation
    return False, False, annotation


def _fits(holds, annotation):
    """Whether a field of this kind may be declared so by the interpreter's own `ast`."""
    many, _, held = _declared(annotation)
    if held is str:
        singular = (
            'binding',
            'attribute',
            'keyword',
            'module',
            'name',
            'data' if annotation == str | None else None,
        )
        return holds in (('bindings', 'attributes') if many else singular)
    if isinstance(held, type) and issubclass(held, ast.AST):
        leaf = held in (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop)
        return holds == (
            ('leaves' if many else 'leaf') if leaf else 'children' if many else 'child'
        )
    return holds == 'data' and not many and held in (int, object, int | None)


def mismatches():
    """Every difference between the table and the interpreter's `ast`, as sentences; empty for the CPython it is made for."""
    found, pending = [], [ast.AST]
    known = NODES.keys() | LEAVES | REFUSED | ABSTRACT
    while pending:
        for kind in pending.pop().__subclasses__():
            pending.append(kind)
            if kind not in known:
                found.append(f'the type {kind.__name__} is not in the table')
    for kind, fields in NODES.items():
        if tuple(fields) != kind._fields:
            found.append(f'{kind.__name__} has the fields {kind._fields}')
            continue
        for field, holds in fields.items():
            if not _fits(holds, kind._field_types[field]):
                found.append(f'{kind.__name__}.{field} is declared {kind._field_types[field]}')
    found += [f'{kind.__name__} has fields' for kind in LEAVES if kind._fields]
    return found


if mismatches():
    raise ImportError(
        'the residual language is that of another CPython: ' + '; '.join(mismatches())
    )
