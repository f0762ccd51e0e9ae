/** What a program is made and run with: arguments, logs, tests, tasks, time. */
import type { ModuleRecords } from './record.js'

/** The records by full name. */
export const PROGRAMS: ModuleRecords = {
  _thread: {
    shows: `LockType RLock TIMEOUT_MAX allocate_lock error exit get_ident stack_size start_new_thread`,
    written: `LockType RLock allocate_lock exit get_ident stack_size start_new_thread`,
  },
  __future__: {
    shows: `
      absolute_import annotations division generator_stop generators nested_scopes print_function
      unicode_literals with_statement`,
  },
  argparse: {
    shows: `
      Action ArgumentDefaultsHelpFormatter ArgumentError ArgumentParser ArgumentTypeError
      BooleanOptionalAction FileType HelpFormatter MetavarTypeHelpFormatter Namespace ONE_OR_MORE
      OPTIONAL PARSER REMAINDER RawDescriptionHelpFormatter RawTextHelpFormatter SUPPRESS
      ZERO_OR_MORE`,
    written: true,
  },
  asyncio: {
    shows: `
      ALL_COMPLETED AbstractEventLoop FIRST_COMPLETED FIRST_EXCEPTION Barrier BoundedSemaphore
      BrokenBarrierError CancelledError Condition Event Future InvalidStateError LifoQueue Lock
      PriorityQueue Queue QueueEmpty QueueFull QueueShutDown Runner Semaphore Task TaskGroup Timeout
      TimeoutError all_tasks as_completed create_task current_task ensure_future gather
      get_event_loop get_running_loop iscoroutine iscoroutinefunction isfuture new_event_loop run
      set_event_loop shield sleep timeout timeout_at to_thread wait wait_for`,
    wrapped: true,
    subclassable: `LifoQueue PriorityQueue Queue`,
    hooks: { Queue: '_init _get _put' },
  },
  atexit: {
    shows: `register unregister`,
    wrapped: true,
  },
  'concurrent.futures': {
    shows: `
      ALL_COMPLETED BrokenExecutor CancelledError Executor FIRST_COMPLETED FIRST_EXCEPTION Future
      InvalidStateError ThreadPoolExecutor TimeoutError as_completed wait`,
    written: true,
  },
  contextlib: {
    shows: `
      AbstractAsyncContextManager AbstractContextManager AsyncContextDecorator AsyncExitStack
      ContextDecorator ExitStack aclosing asynccontextmanager closing contextmanager nullcontext
      redirect_stderr redirect_stdout suppress`,
    written: `redirect_stderr redirect_stdout`,
    subclassable: `
      AbstractAsyncContextManager AbstractContextManager AsyncContextDecorator AsyncExitStack
      ContextDecorator ExitStack suppress`,
    configurable: `AsyncExitStack ExitStack`,
  },
  contextvars: {
    shows: `Context ContextVar Token copy_context`,
    wrapped: true,
  },
  doctest: {
    shows: `
      COMPARISON_FLAGS DONT_ACCEPT_BLANKLINE DONT_ACCEPT_TRUE_FOR_1 DebugRunner DocTest
      DocTestFailure DocTestFinder DocTestParser DocTestRunner ELLIPSIS Example FAIL_FAST
      IGNORE_EXCEPTION_DETAIL NORMALIZE_WHITESPACE OutputChecker REPORTING_FLAGS REPORT_CDIFF
      REPORT_NDIFF REPORT_ONLY_FIRST_FAILURE REPORT_UDIFF SKIP TestResults UnexpectedException
      register_optionflag run_docstring_examples testmod`,
    evaluating: true,
    written: true,
  },
  errno: {
    shows: `
      E2BIG EACCES EAGAIN EBADF EBUSY ECANCELED ECHILD ECONNABORTED ECONNREFUSED ECONNRESET EDOM
      EDQUOT EEXIST EFAULT EFBIG EHOSTUNREACH EILSEQ EINPROGRESS EINTR EINVAL EIO EISDIR ELOOP EMFILE
      EMLINK ENAMETOOLONG ENETUNREACH ENFILE ENODEV ENOENT ENOEXEC ENOLCK ENOMEM ENOSPC ENOSYS
      ENOTCONN ENOTDIR ENOTEMPTY ENOTSUP ENOTTY ENXIO EPERM EPIPE ERANGE EROFS ESPIPE ESRCH
      ETIMEDOUT EWOULDBLOCK EXDEV errorcode`,
  },
  gc: {
    shows: `collect disable enable isenabled is_tracked`,
  },
  getopt: {
    shows: `GetoptError error getopt gnu_getopt`,
    written: true,
  },
  http: {
    shows: `HTTPMethod HTTPStatus`,
  },
  importlib: {
    shows: `import_module`,
    written: true,
  },
  inspect: {
    shows: `
      BoundArguments CORO_CLOSED CORO_CREATED CORO_RUNNING CORO_SUSPENDED GEN_CLOSED GEN_CREATED
      GEN_RUNNING GEN_SUSPENDED Parameter Signature cleandoc currentframe get_annotations getasyncgenstate
      getcoroutinestate getdoc getfullargspec getgeneratorstate getmembers getmro getsource
      getsourcelines isabstract isasyncgen isasyncgenfunction isawaitable isbuiltin isclass iscode
      iscoroutine iscoroutinefunction isdatadescriptor isframe isfunction isgenerator
      isgeneratorfunction isgetsetdescriptor ismemberdescriptor ismethod ismethoddescriptor
      ismethodwrapper ismodule isroutine istraceback signature unwrap`,
    wrapped: true,
    written: `get_annotations getmembers getmro getsource getsourcelines iscode isframe ismodule unwrap`,
  },
  io: {
    shows: `
      BufferedIOBase BufferedRWPair BufferedRandom BufferedReader BufferedWriter BytesIO
      DEFAULT_BUFFER_SIZE FileIO IOBase RawIOBase SEEK_CUR SEEK_END SEEK_SET StringIO TextIOBase
      TextIOWrapper UnsupportedOperation open`,
    wrapped: true,
    subclassable: `BytesIO StringIO`,
    configurable: `BytesIO StringIO`,
  },
  keyword: {
    shows: `iskeyword issoftkeyword kwlist softkwlist`,
  },
  logging: {
    shows: `
      BASIC_FORMAT BufferingFormatter CRITICAL DEBUG ERROR FATAL FileHandler Filter Filterer
      Formatter Handler INFO LogRecord Logger LoggerAdapter Manager NOTSET NullHandler
      PercentStyle PlaceHolder RootLogger StrFormatStyle StreamHandler StringTemplateStyle WARN
      WARNING addLevelName basicConfig captureWarnings critical debug disable error exception
      fatal getHandlerByName getHandlerNames getLevelName getLevelNamesMapping getLogRecordFactory
      getLogger getLoggerClass info lastResort log logMultiprocessing logProcesses logThreads
      makeLogRecord raiseExceptions root setLogRecordFactory setLoggerClass shutdown warn warning`,
    written: true,
  },
  'logging.handlers': {
    shows: `
      BaseRotatingHandler BufferingHandler MemoryHandler QueueHandler QueueListener
      RotatingFileHandler TimedRotatingFileHandler WatchedFileHandler`,
    written: true,
  },
  optparse: {
    shows: `
      AmbiguousOptionError BadOptionError HelpFormatter IndentedHelpFormatter NO_DEFAULT
      OptParseError Option OptionConflictError OptionContainer OptionError OptionGroup
      OptionParser OptionValueError SUPPRESS_HELP SUPPRESS_USAGE TitledHelpFormatter Values
      check_builtin check_choice make_option`,
    written: true,
  },
  platform: {
    shows: `
      machine node platform python_branch python_compiler python_implementation python_revision
      python_version python_version_tuple release system version`,
  },
  sched: {
    shows: `Event scheduler`,
    written: true,
  },
  signal: {
    shows: `
      Handlers NSIG SIGABRT SIGALRM SIGBUS SIGCHLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT
      SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGRTMAX SIGRTMIN SIGSEGV SIGSTKFLT SIGSTOP
      SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH
      SIGXCPU SIGXFSZ SIG_DFL SIG_IGN Signals default_int_handler getsignal raise_signal signal
      strsignal valid_signals`,
    written: `
      Handlers NSIG SIGABRT SIGALRM SIGBUS SIGCHLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT
      SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGRTMAX SIGRTMIN SIGSEGV SIGSTKFLT SIGSTOP
      SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH
      SIGXCPU SIGXFSZ SIG_DFL SIG_IGN Signals default_int_handler getsignal raise_signal signal
      valid_signals`,
  },
  sys: {
    shows: `
      api_version argv base_prefix builtin_module_names byteorder copyright dont_write_bytecode
      exc_info exception exec_prefix executable exit flags float_info float_repr_style
      getdefaultencoding getfilesystemencodeerrors getfilesystemencoding get_int_max_str_digits
      getrecursionlimit getrefcount getsizeof getswitchinterval hash_info hexversion
      implementation int_info intern is_finalizing maxsize maxunicode modules path platform
      platlibdir prefix setrecursionlimit set_int_max_str_digits stderr stdin stdlib_module_names
      stdout thread_info version version_info`,
    wrapped: true,
  },
  threading: {
    shows: `
      BoundedSemaphore Condition Event Lock RLock Semaphore TIMEOUT_MAX Thread ThreadError Timer
      active_count current_thread enumerate get_ident local main_thread`,
    written: true,
  },
  time: {
    shows: `
      asctime ctime get_clock_info gmtime localtime mktime monotonic monotonic_ns perf_counter perf_counter_ns
      process_time process_time_ns sleep strftime strptime struct_time time time_ns timezone
      tzname`,
    wrapped: true,
    written: `get_clock_info`,
  },
  timeit: {
    shows: `Timer default_timer repeat timeit`,
    evaluating: true,
    written: true,
  },
  traceback: {
    shows: `
      FrameSummary StackSummary TracebackException extract_stack extract_tb format_exc
      format_exception format_exception_only format_list format_stack format_tb print_exc
      print_exception print_list print_stack print_tb`,
    wrapped: true,
    written: `format_stack print_exc print_exception print_list print_stack print_tb`,
  },
  unittest: {
    shows: `
      FunctionTestCase IsolatedAsyncioTestCase SkipTest TestCase TestLoader TestProgram TestResult
      TestSuite BaseTestSuite TextTestResult TextTestRunner addModuleCleanup defaultTestLoader
      doModuleCleanups enterModuleContext expectedFailure main skip skipIf skipUnless`,
    written: true,
  },
  warnings: {
    shows: `catch_warnings filterwarnings formatwarning resetwarnings simplefilter warn`,
    wrapped: true,
    written: true,
  },
}
