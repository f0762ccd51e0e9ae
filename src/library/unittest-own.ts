/** The parts of `unittest` that are ours: asynchronous cases, loading, and `main`. */

/** Of `async_case`: set-up, test and tear-down are awaited in one loop each. */
export const ASYNC_CASE = `
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

/** Loading and running: there are no test files to discover, and one module whose tests are run, the program. */
export const MAIN = `
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
