"""What CPython says of text that is no Python."""

import json
import warnings


def said(source):
    """The exception of compiling `source`, as JSON; an empty object where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            compile(source, '<string>', 'exec')
        except SyntaxError as e:
            told = {'type': type(e).__name__, 'msg': e.msg, 'lineno': e.lineno, 'offset': e.offset}
            return json.dumps(told)
    return '{}'
