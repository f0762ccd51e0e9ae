"""What CPython's own symbol tables say of a program."""
import ast
import json
import symtable

IMPLICIT = {'__class__', '__classdict__', '__conditional_annotations__', '__static_attributes__', '__type_params__', '__firstlineno__'}
LATE = {'annotation', 'type variable', 'TypeVar bound', 'type alias'}


def _category(symbol, kind):
    if symbol.is_free():
        return 'free'
    # (A function called `top` passes for a module in CPython's own `symtable`.)
    if kind == 'module':
        return 'local' if symbol.is_local() else 'global'
    return 'global' if symbol.is_global() else 'local'


def _describe(table):
    kind = str(getattr(table.get_type(), 'value', table.get_type()))
    symbols = {s.get_name(): _category(s, kind) for s in table.get_symbols()
               if not s.get_name().startswith('.') and s.get_name() not in IMPLICIT}
    children, late = [], set()
    pending = list(table.get_children())
    while pending:
        child = pending.pop(0)
        if str(getattr(child.get_type(), 'value', child.get_type())) in LATE:
            # Evaluated late, in a scope of its own; the checker counts its names where it stands.
            late.update(s.get_name() for s in child.get_symbols())
            pending = list(child.get_children()) + pending
        else:
            children.append(_describe(child))
    name = table.get_name()
    return {'kind': kind, 'name': name if kind != 'module' else 'top', 'line': table.get_lineno(),
            'symbols': symbols, 'late': sorted(late), 'children': children}


def _assigned_globals(table):
    """Names that functions bind in the module: its own table does not count those as bound."""
    found, pending = set(), [table]
    while pending:
        inner = pending.pop()
        pending.extend(inner.get_children())
        found.update(s.get_name() for s in inner.get_symbols()
                     if s.is_declared_global() and (s.is_assigned() or s.is_imported() or s.is_namespace()))
    return found


def _unread(tree):
    """Names in annotations, of which CPython has no symbols where it never evaluates them; the checker counts them all."""
    annotations = [a for n in ast.walk(tree) for a in (getattr(n, 'annotation', None), getattr(n, 'returns', None)) if a]
    return {n.id for a in annotations for n in ast.walk(a) if isinstance(n, ast.Name)}


def describe(source):
    """The tables of a module as JSON, or the message of its SyntaxError."""
    try:
        table = symtable.symtable(source, 'program', 'exec')
        described = _describe(table)
        for name in _assigned_globals(table) & described['symbols'].keys():
            described['symbols'][name] = 'local'
        described['unread'] = sorted(_unread(ast.parse(source)))
        return json.dumps(described)
    except SyntaxError as error:
        return json.dumps({'error': error.msg})
