/**
 * `unittest` as one text: its cases, suites, results and runner are CPython's; loading and `main` are ours, since there are no
 * test files to discover and one module whose tests are run, the program.
 */
import type { Edit, Part } from './texts.js'
import { ASYNC_CASE, MAIN } from './unittest-own.js'

/** What the files of the package name each other by, and marks on tests, whose names guests cannot have. */
const TOGETHER: readonly Edit[] = [['__unittest = True\n', '']]
const MARKS: readonly Edit[] = [['__unittest_', '_unittest_']]

const UTIL: readonly Edit[] = [
  ...TOGETHER,
  [
    'from os.path import commonprefix\n',
    `
def commonprefix(texts):
    low, high = min(texts), max(texts)
    for at, letter in enumerate(low):
        if letter != high[at]:
            return low[:at]
    return low
`,
  ],
]

const RESULT: readonly Edit[] = [
  ...TOGETHER,
  ['from . import util\n', ''],
  ['util.strclass', 'strclass'],
  [
    `            sys.stdout = self._stdout_buffer
            sys.stderr = self._stderr_buffer
`,
    `            self._redirected = contextlib.ExitStack()
            self._redirected.enter_context(contextlib.redirect_stdout(self._stdout_buffer))
            self._redirected.enter_context(contextlib.redirect_stderr(self._stderr_buffer))
`,
  ],
  [
    `            sys.stdout = self._original_stdout
            sys.stderr = self._original_stderr
`,
    '            self._redirected.close()\n',
  ],
  ['sys.stdout.getvalue()', 'self._stdout_buffer.getvalue()'],
  ['sys.stderr.getvalue()', 'self._stderr_buffer.getvalue()'],
  [
    `        tb = self._clean_tracebacks(exctype, value, tb, test)
        tb_e = traceback.TracebackException(
            exctype, value, tb,
            capture_locals=self.tb_locals, compact=True)
        from _colorize import can_colorize

        colorize = hasattr(self, "stream") and can_colorize(file=self.stream)
        msgLines = list(tb_e.format(colorize=colorize))
`,
    `        msgLines = [told for told in traceback.format_exception(value)
                    if not told.startswith('  File "unittest.py"')]
`,
  ],
  [
    `            # Skip test runner traceback levels
            while tb and self._is_relevant_tb_level(tb):
                tb = tb.tb_next

            # Skip assert*() traceback levels
            if exctype is test.failureException:
                self._remove_unittest_tb_frames(tb)
`,
    '',
  ],
  ["        return '__unittest' in tb.tb_frame.f_globals\n", '        return False\n'],
  [
    `        prev = None
        while tb and not self._is_relevant_tb_level(tb):
            prev = tb
            tb = tb.tb_next
        if prev is not None:
            prev.tb_next = None
`,
    '',
  ],
]

const CASE: readonly Edit[] = [
  ...TOGETHER,
  [
    `from . import result
from .util import (strclass, safe_repr, _count_diff_all_purpose,
                   _count_diff_hashable, _common_shorten_repr)
`,
    '',
  ],
  ...MARKS,
  ['return result.TestResult()', 'return TestResult()'],
  [
    `    cls = type(cm)
    try:
        enter = cls.__enter__
        exit = cls.__exit__
    except AttributeError:
        msg = (f"'{cls.__module__}.{cls.__qualname__}' object does "
               "not support the context manager protocol")
        try:
            cls.__aenter__
            cls.__aexit__
        except AttributeError:
            pass
        else:
            msg += (" but it supports the asynchronous context manager "
                    "protocol. Did you mean to use enterAsyncContext()?")
        raise TypeError(msg) from None
    result = enter(cm)
    addcleanup(exit, cm, None, None, None)
`,
    `    stack = contextlib.ExitStack()
    result = stack.enter_context(cm)
    addcleanup(stack.close)
`,
  ],
  ['            traceback.clear_frames(tb)\n', '            pass\n'],
  ['exc_value.with_traceback(None)', 'exc_value'],
  [
    `        for v in list(sys.modules.values()):
            if getattr(v, '__warningregistry__', None):
                v.__warningregistry__ = {}
`,
    '',
  ],
  ['            import inspect\n', ''],
  ['if inspect.iscoroutine(result):', "if hasattr(result, 'send'):"],
  ['        from ._log import _AssertLogsContext\n', ''],
]

const LOG: readonly Edit[] = [
  ['from .case import _BaseTestCaseContext\n', ''],
  ['logging._nameToLevel.get', 'logging.getLevelNamesMapping().get'],
]

const SUITE: readonly Edit[] = [
  ...TOGETHER,
  ['from . import case\nfrom . import util\n', ''],
  ...MARKS,
  ['util.strclass', 'strclass'],
  ['case.TestCase', 'TestCase'],
  ['case.SkipTest', 'SkipTest'],
  ['case.doModuleCleanups', 'doModuleCleanups'],
  ['sys.modules[currentModule]', 'Program()'],
  ['sys.modules[previousModule]', 'Program()'],
]

const RUNNER: readonly Edit[] = [
  ...TOGETHER,
  [
    `from _colorize import get_theme

from . import result
from .case import _SubTest
from .signals import registerResult
`,
    `
class _NoTheme:
    def __getattr__(self, name):
        return ''


def get_theme(*, tty_file=None):
    return _Themes()


class _Themes:
    unittest = _NoTheme()


def registerResult(result):
    pass
`,
  ],
  ['(result.TestResult)', '(TestResult)'],
]

/** Its parts. */
export const UNITTEST: readonly Part[] = [
  { file: 'unittest/util.py', edits: UTIL },
  { file: 'unittest/result.py', edits: RESULT },
  { file: 'unittest/case.py', edits: CASE },
  { file: 'unittest/_log.py', edits: LOG },
  { file: 'unittest/suite.py', edits: SUITE },
  { file: 'unittest/runner.py', edits: RUNNER },
  ASYNC_CASE,
  MAIN,
]
