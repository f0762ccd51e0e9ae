"""Where CPython sees what: the kinds of nodes that guards stand at, with their places, and statements with their depth."""
import ast
import warnings
import zipfile
import sys

warnings.simplefilter('ignore')
KINDS = (ast.Attribute, ast.Call, ast.Subscript, ast.Starred, ast.Lambda)
BLOCKS = ('body', 'orelse', 'finalbody')


def places(source):
    """`Attribute 1:0-1:3`, `0 1:0` for a statement in the module; None when the source is refused."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    lines = source.split('\n')
    found = []
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, ast.pattern):
            continue
        if isinstance(node, KINDS):
            found.append(f'{type(node).__name__} {node.lineno}:{node.col_offset}-{node.end_lineno}:{node.end_col_offset}')
        elif isinstance(node, ast.stmt) and not is_elif(node, lines):
            found.append(f'{depth} {node.lineno}:{node.col_offset}')
        for field, value in ast.iter_fields(node):
            owns_block = field in BLOCKS and isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case))
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    # `elif` is no deeper than its `if`.
                    waiting.append((child, depth + (owns_block and not is_elif(child, lines))))
    return found


def is_elif(node, lines):
    return isinstance(node, ast.If) and lines[node.lineno - 1][node.col_offset:].startswith('elif')


def syntax_error(source):
    """What CPython's parser says against a source, '' when nothing."""
    try:
        ast.parse(source)
    except Exception as error:
        return str(error) or type(error).__name__
    return ''


def refusal(source):
    """What CPython says against a source, '' when nothing."""
    try:
        compile(source, 'source', 'exec', dont_inherit=True)
    except Exception as error:
        return str(error) or type(error).__name__
    return ''


def library():
    """Names of the files of the standard library."""
    with zipfile.ZipFile(next(path for path in sys.path if path.endswith('.zip'))) as files:
        return sorted(name for name in files.namelist() if name.endswith('.py'))


def read(name):
    with zipfile.ZipFile(next(path for path in sys.path if path.endswith('.zip'))) as files:
        return files.read(name).decode()
