/**
 * `unittest` as one text: its cases, suites, results and runner are CPython's; loading and `main` are ours, since there are no
 * test files to discover and one module whose tests are run, the program.
 */
import type { Edit, Part } from './texts.js'

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
    '        msgLines = traceback.format_exception(value)\n',
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

/** Of `async_case`: set-up, test and tear-down are awaited in one loop each. */
const ASYNC_CASE = `
class IsolatedAsyncioTestCase(TestCase):
    loop_factory = None

    async def asyncSetUp(self):
        pass

    async def asyncTearDown(self):
        pass

    def addAsyncCleanup(self, func, /, *args, **kwargs):
        self.addCleanup(func, *args, **kwargs)

    async def enterAsyncContext(self, cm):
        stack = contextlib.AsyncExitStack()
        result = await stack.enter_async_context(cm)
        self.addAsyncCleanup(stack.aclose)
        return result

    def _callTestMethod(self, method):
        async def test():
            await self.asyncSetUp()
            try:
                if (result := method()) is not None:
                    await result
            finally:
                await self.asyncTearDown()
                while self._cleanups:
                    function, args, kwargs = self._cleanups.pop()
                    if (result := function(*args, **kwargs)) is not None:
                        await result
        asyncio.run(test())
`

const MAIN = `
import argparse
import asyncio
from fnmatch import fnmatchcase


class Program:
    """The program as a module whose tests are run."""

    def __getattr__(self, name):
        names = program()
        if name in names:
            return names[name]
        raise AttributeError(f"module '__main__' has no attribute {name!r}")


class TestLoader:
    """Loads the tests of classes, and those of the program by their names."""

    testMethodPrefix = 'test'
    sortTestMethodsUsing = staticmethod(three_way_cmp)
    testNamePatterns = None
    suiteClass = TestSuite

    def __init__(self):
        self.errors = []

    def loadTestsFromTestCase(self, testCaseClass):
        """A suite of all tests of a class."""
        if issubclass(testCaseClass, TestSuite):
            raise TypeError('Test cases should not be derived from TestSuite. Maybe you meant to derive from TestCase?')
        if testCaseClass in (TestCase, FunctionTestCase):
            names = []
        else:
            names = self.getTestCaseNames(testCaseClass)
            if not names and hasattr(testCaseClass, 'runTest'):
                names = ['runTest']
        return self.suiteClass(map(testCaseClass, names))

    def loadTestsFromModule(self, module, *, pattern=None):
        """A suite of all tests of the program, or of a module of its own."""
        names = program() if isinstance(module, Program) else {name: getattr(module, name) for name in dir(module)}
        tests = []
        for name in sorted(names):
            found = names[name]
            if isinstance(found, type) and issubclass(found, TestCase) and found not in (TestCase, FunctionTestCase, IsolatedAsyncioTestCase):
                tests.append(self.loadTestsFromTestCase(found))
        tests = self.suiteClass(tests)
        load_tests = names.get('load_tests')
        return tests if load_tests is None else load_tests(self, tests, pattern)

    def loadTestsFromName(self, name, module=None):
        """A suite of what a dotted name stands for: a class, a test of one, or what makes tests."""
        found, parent = Program() if module is None else module, None
        parts = name.split('.')
        for part in parts[parts[0] == '__main__':]:
            parent, found = found, getattr(found, part)
        if isinstance(found, Program):
            return self.loadTestsFromModule(found)
        if isinstance(found, type) and issubclass(found, TestCase):
            return self.loadTestsFromTestCase(found)
        if isinstance(parent, type) and issubclass(parent, TestCase):
            return self.suiteClass([parent(parts[-1])])
        if not isinstance(found, TestSuite):
            found = found()
        return self.suiteClass([found]) if isinstance(found, TestCase) else found

    def loadTestsFromNames(self, names, module=None):
        """A suite of what each of the names stands for."""
        return self.suiteClass([self.loadTestsFromName(name, module) for name in names])

    def getTestCaseNames(self, testCaseClass):
        """The names of the tests of a class, sorted."""
        def included(name):
            if not name.startswith(self.testMethodPrefix) or not callable(getattr(testCaseClass, name)):
                return False
            full = f'__main__.{testCaseClass.__qualname__}.{name}'
            return self.testNamePatterns is None or any(fnmatchcase(full, pattern) for pattern in self.testNamePatterns)
        return sorted(filter(included, dir(testCaseClass)), key=functools.cmp_to_key(self.sortTestMethodsUsing))


defaultTestLoader = TestLoader()


class TestProgram:
    """Runs the tests of the program, as its arguments say, and ends it."""

    def __init__(self, module='__main__', defaultTest=None, argv=None, testRunner=None, testLoader=defaultTestLoader,
                 exit=True, verbosity=1, failfast=None, catchbreak=None, buffer=None, warnings=None, *, tb_locals=False,
                 durations=None):
        argv = sys.argv if argv is None else argv
        parser = argparse.ArgumentParser(prog=argv[0].rpartition('/')[2])
        parser.add_argument('-v', '--verbose', dest='verbosity', action='store_const', const=2, default=verbosity, help='Verbose output')
        parser.add_argument('-q', '--quiet', dest='verbosity', action='store_const', const=0, help='Quiet output')
        parser.add_argument('--durations', type=int, default=durations, metavar='N', help='Show the N slowest test cases (N=0 for all)')
        parser.add_argument('-f', '--failfast', action='store_true', default=failfast, help='Stop on first fail or error')
        parser.add_argument('-b', '--buffer', action='store_true', default=buffer, help='Buffer stdout and stderr during tests')
        parser.add_argument('-k', dest='patterns', action='append', help='Only run tests which match the given substring')
        parser.add_argument('tests', nargs='*', help='a list of any number of test modules, classes and test methods.')
        given = parser.parse_args(argv[1:])
        if given.patterns:
            testLoader.testNamePatterns = [part if '*' in part else f'*{part}*' for part in given.patterns]
        self.module = Program() if isinstance(module, str) else module
        wanted = given.tests or ([defaultTest] if isinstance(defaultTest, str) else defaultTest)
        if wanted:
            self.test = testLoader.loadTestsFromNames(wanted, self.module)
        else:
            self.test = testLoader.loadTestsFromModule(self.module)
        runner = TextTestRunner if testRunner is None else testRunner
        if isinstance(runner, type):
            runner = runner(verbosity=given.verbosity, failfast=given.failfast, buffer=given.buffer,
                            warnings='default' if warnings is None else warnings, durations=given.durations)
        self.result = runner.run(self.test)
        if exit:
            if self.result.testsRun == 0 and not self.result.skipped and self.result.wasSuccessful():
                sys.exit(5)
            sys.exit(not self.result.wasSuccessful())


main = TestProgram
`

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
