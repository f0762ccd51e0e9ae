"""Where CPython's tracebacks put the carets within an expression; 'invalid' for a text that is none."""
import ast
import traceback
import warnings

warnings.simplefilter('ignore', SyntaxWarning)


def anchors(segment):
    try:
        ast.parse(f'(\n{segment}\n)', mode='eval')
    except SyntaxError:
        return 'invalid'
    found = traceback._extract_caret_anchors_from_line_segment(segment)
    if found is not None:
        return found.left_end_lineno, found.left_end_offset, found.right_start_lineno, found.right_start_offset
    return None
