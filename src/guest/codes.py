"""The code of the modules of the library that are guest code, by their names.

The image has it as bytes: this file is executed in an interpreter before, and replaced by what it makes (image/take.ts).
"""

from ..sealed import __builtins__
import gc
import warnings

from ..compile import compile_source
from ..texts import TEXTS


def _compiled(module, text):
    request = {'text': text, 'mode': 'exec', 'filename': f'{module}.py', 'module': True}
    with warnings.catch_warnings():
        answer = compile_source(request)
    gc.enable()
    if not answer['ok']:
        raise SystemError(f'{module}.py, line {answer["line"]}: {answer["message"]}')
    return answer['code']


CODES = {module: _compiled(module, text) for module, text in TEXTS.items()}
