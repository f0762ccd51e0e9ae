"""The compile guest's work: from guarded text to code bytes, or to a refusal with a position. No guest's code ever runs here.

The host resets this interpreter after every request, as a parser that hostile text has corrupted would go on to vouch
for other people's programs.
"""

from .sealed import __builtins__
import ast
import gc
import marshal
import warnings

from .names import unmark
from .translate import enclose, translate, without_future_imports
from .verify import limits, verify
from .verify.identifiers import check_binding, check_marks, check_parameter
from .verify.refused import Refused

_kept = []


def compile_source(request):
    """Compiles `text` of `request`, the guarded program. Further keys, most of which may be left out:

      mode        'exec', 'eval', or 'function': the body of one, which becomes a program that calls it
      parameters  of a function, the names of its parameters, which it is called with as globals; of an 'eval' too: the expression
                  becomes the body of a function, and that is its value
      filename    what the code says that it is of
      value       the value of a final expression statement goes to the global `ʼvalue`
      module      the program is to be imported, and cannot await
      evaluated   it is text that a program evaluates, and cannot await either
      shows       that text is interactive: mode 'single'
      codeBytes   characters that `text` may have, and bytes that its code may
      isFull      it is full Python: compiled as it is, and nothing of it is verified

    Answers {'ok': True, 'code': bytes, 'warnings': [[line, message], …]}, with CPython's SyntaxWarnings, or {'ok': False, 'code',
    'message', 'line', 'column', 'endLine', 'endColumn'}. Lines count from 1 and columns from 0, in UTF-8 bytes, of the guarded text.
    """
    # No cycles are made here that would be worth looking for.
    gc.disable()
    warned = _listen()
    tree = None
    try:
        most = request.get('codeBytes', limits.CODE)
        tree = _parsed(request, most)
        depth = _judged(tree, request)
        code = _code_bytes(tree, request, most)
        if depth > limits.FREED:
            limits.dismantle(tree)
        # Kept until the next one, which after a reset never comes: freeing a tree takes a tenth of the time it was compiled in.
        _kept[:] = [tree]
        return {'ok': True, 'code': code, 'warnings': warned}
    except Refused as refused:
        place = refused.node
        line, column = getattr(place, 'lineno', 1), getattr(place, 'col_offset', 0)
        end_line, end_column = (
            getattr(place, 'end_lineno', line),
            getattr(place, 'end_col_offset', column),
        )
        code, message = refused.code, refused.message
    if tree is not None:
        limits.dismantle(tree)
    return {
        'ok': False,
        'code': code,
        'message': unmark(message),
        'line': line,
        'column': column,
        'endLine': end_line,
        'endColumn': end_column,
    }


# As many are told.
_MOST_WARNINGS = 100


def _listen():
    """A list that CPython's SyntaxWarnings of what is compiled from now on get into, each with its line."""
    told = []

    def tell(warning):
        if len(told) < _MOST_WARNINGS:
            told.append([warning.lineno, str(warning.message)[:_MOST_MESSAGE]])

    warnings.simplefilter('ignore')
    # Each, and none is remembered.
    warnings.simplefilter('always', SyntaxWarning)
    warnings._showwarnmsg = tell
    return told


_MOST_MESSAGE = 1_000


def _of(most):
    return f', of {most} allowed; policy.limits.codeBytes raises it'


def _parsed(request, most):
    text = request['text']
    if len(text) > most:
        limits.too_much(f'it has {len(text)} characters{_of(most)}')
    try:
        return compile(text, request['filename'], _kind(request), ast.PyCF_ONLY_AST, True)
    except SyntaxError as error:
        raise _syntax_error(error, text) from None
    except UnicodeEncodeError as error:
        before = text[: error.start]
        place = before.count('\n') + 1, len(before.rpartition('\n')[2].encode())
        raise Refused(
            'the text holds half of a surrogate pair', _place(*place, *place), 'PR901'
        ) from None
    except (MemoryError, RecursionError, OverflowError, ValueError) as error:
        raise _too_much(error) from None


def _kind(request):
    """What CPython is to take the text for."""
    return 'eval' if request['mode'] == 'eval' else 'exec'


def _awaits(body):
    """Whether the body of a function awaits by itself."""
    nodes = list(body)
    for node in nodes:
        if isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)):
            return True
        if isinstance(node, ast.comprehension) and node.is_async:
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            nodes += ast.iter_child_nodes(node)
    return False


def _as_function(tree, parameters):
    """Makes the program `tree` the body of a function of `parameters`, and a call of it: judged as any other program."""
    without_future_imports(tree)
    told = ', '.join(parameters)
    text = f'def function({told}): pass\nfunction({told})'
    if _awaits(tree.body):
        text = f'async def function({told}): pass\nawait function({told})'
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    program = compile(text, '', 'exec', flags, True)
    for node in ast.walk(program):
        if hasattr(node, 'lineno'):
            node.lineno = node.end_lineno = 1
            node.col_offset = node.end_col_offset = 0
    program.body[0].body = tree.body or program.body[0].body
    tree.body = program.body


def _judged(tree, request):
    """Translates the parsed program, and verifies what that has made of it. Returns its depth."""
    parameters, keeps_value = (
        request.get('parameters'),
        request['mode'] != 'eval' and request.get('value'),
    )
    if request.get('isFull'):
        if request['mode'] == 'function':
            _as_function(tree, parameters or ())
            parameters = None
        enclose(tree, parameters, keeps_value)
        return 0
    check_marks(tree, request['text'])
    for name in parameters or ():
        check_parameter(name)
        check_binding(name)
    if request['mode'] == 'function':
        _as_function(tree, parameters or ())
        parameters = None
    evaluated = request.get('evaluated', False)
    lifts = not (request.get('module') or evaluated)
    translate(tree, parameters, keeps_value, lifts, evaluated, request.get('shows', False))
    # From here on nothing changes the tree: what is verified is what is compiled.
    return verify(tree)


def _code_bytes(tree, request, most):
    # A program may await: then its code is a coroutine (guest/program.py).
    is_program = request['mode'] != 'eval' and not (
        request.get('module') or request.get('evaluated')
    )
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if is_program else 0
    try:
        code = compile(tree, request['filename'], _kind(request), flags, True, 0)
        code_bytes = marshal.dumps(code)
    except SyntaxError as error:
        raise _syntax_error(error, None) from None
    except Exception as error:
        raise _too_much(error) from None
    if len(code_bytes) > most:
        limits.too_much(f'it makes {len(code_bytes)} bytes of code{_of(most)}')
    return code_bytes


def _too_much(error):
    said = str(error) or type(error).__name__
    # Of the interpreter's own stack, and the parser's.
    if isinstance(error, RecursionError) or said.startswith('Parser stack overflowed'):
        said = 'it is nested too deeply'
    return Refused(f'the program cannot be compiled: {said}', None, 'PR902')


def _syntax_error(error, text):
    """CPython's own words. The parser counts columns in characters from 1, the compiler in bytes of UTF-8 from 1."""
    start = _position(error.lineno, error.offset, text)
    end = _position(error.end_lineno or error.lineno, error.end_offset, text)
    return Refused(error.msg, _place(*start, *max(start, end)), 'PR901')


def _position(line, offset, text):
    """(line from 1, column in bytes from 0); where CPython knows no place, the beginning of one."""
    line, column = max(line or 1, 1), max((offset or 1) - 1, 0)
    if text is not None:
        lines = text.split('\n', line)
        column = (
            len(lines[line - 1][:column].encode('utf-8', 'surrogatepass'))
            if line <= len(lines)
            else 0
        )
    return line, column


def _place(line, column, end_line, end_column):
    return ast.Pass(lineno=line, col_offset=column, end_lineno=end_line, end_col_offset=end_column)
