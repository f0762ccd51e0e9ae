/**
 * The standard library as guests see it: every module of the 'standard' set with the names its facet shows. Data only.
 *
 * A name is listed after review: what it yields, and whatever its public attributes and calls yield, leads to nothing but
 * data. Modules whose functions evaluate text, take attribute names or write into what they are given are marked in
 * {@link WRAPPED}: the guest gets those names from a re-implementation in `guest/facets/`, never from the real module.
 * What is absent is absent for a reason: it opens files, names modules, holds shared state, or defines any dunder.
 */

import { BUILTINS, GUARDED_BUILTINS } from './language.js'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Module → the public names a guest may import from it. A submodule named here is also an attribute of its package. */
export const MODULES: Readonly<Record<string, readonly string[]>> = {
  __future__:
    words(`absolute_import annotations division generator_stop generators nested_scopes print_function
    unicode_literals with_statement`),
  abc: words(`ABC ABCMeta abstractmethod`),
  argparse: words(`
    Action ArgumentDefaultsHelpFormatter ArgumentError ArgumentParser ArgumentTypeError BooleanOptionalAction FileType
    HelpFormatter MetavarTypeHelpFormatter Namespace ONE_OR_MORE OPTIONAL PARSER REMAINDER RawDescriptionHelpFormatter
    RawTextHelpFormatter SUPPRESS ZERO_OR_MORE`),
  array: words(`ArrayType array typecodes`),
  ast: words(`literal_eval`),
  asyncio: words(`
    ALL_COMPLETED AbstractEventLoop FIRST_COMPLETED FIRST_EXCEPTION Barrier BoundedSemaphore BrokenBarrierError CancelledError Condition
    Event Future InvalidStateError LifoQueue Lock PriorityQueue Queue QueueEmpty QueueFull QueueShutDown Semaphore Task
    TaskGroup Timeout TimeoutError all_tasks as_completed create_task current_task ensure_future gather get_event_loop
    get_running_loop iscoroutine
    iscoroutinefunction isfuture new_event_loop run set_event_loop shield sleep timeout timeout_at to_thread wait wait_for`),
  base64: words(`
    a85decode a85encode b16decode b16encode b32decode b32encode b32hexdecode b32hexencode b64decode b64encode b85decode
    b85encode decodebytes encodebytes standard_b64decode standard_b64encode urlsafe_b64decode urlsafe_b64encode
    z85decode z85encode`),
  binascii: words(`
    Error Incomplete a2b_base64 a2b_hex a2b_qp a2b_uu b2a_base64 b2a_hex b2a_qp b2a_uu crc32 crc_hqx hexlify unhexlify`),
  bisect: words(`bisect bisect_left bisect_right insort insort_left insort_right`),
  builtins: [
    ...BUILTINS.filter((name) => !/^(True|False|None|super)$/.test(name)),
    ...GUARDED_BUILTINS,
  ],
  calendar: words(`
    APRIL AUGUST Calendar DECEMBER Day FEBRUARY FRIDAY HTMLCalendar IllegalMonthError IllegalWeekdayError JANUARY JULY
    JUNE MARCH MAY MONDAY Month NOVEMBER OCTOBER SATURDAY SEPTEMBER SUNDAY THURSDAY TUESDAY TextCalendar WEDNESDAY
    calendar day_abbr day_name firstweekday isleap leapdays month month_abbr month_name monthcalendar monthrange prcal
    prmonth setfirstweekday timegm weekday weekheader`),
  cmath: words(`
    acos acosh asin asinh atan atanh cos cosh e exp inf infj isclose isfinite isinf isnan log log10 nan nanj phase pi
    polar rect sin sinh sqrt tan tanh tau`),
  codecs: words(`
    BOM BOM_BE BOM_LE BOM_UTF16 BOM_UTF16_BE BOM_UTF16_LE BOM_UTF32 BOM_UTF32_BE BOM_UTF32_LE BOM_UTF8 decode encode
    getdecoder getencoder getincrementaldecoder getincrementalencoder iterdecode iterencode`),
  collections: words(
    `ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque namedtuple`,
  ),
  'collections.abc': words(`
    AsyncGenerator AsyncIterable AsyncIterator Awaitable Buffer Callable Collection Container Coroutine Generator Hashable
    ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping MutableSequence MutableSet Reversible Sequence
    Set Sized ValuesView`),
  colorsys: words(`hls_to_rgb hsv_to_rgb rgb_to_hls rgb_to_hsv rgb_to_yiq yiq_to_rgb`),
  'concurrent.futures': words(`
    ALL_COMPLETED CancelledError FIRST_COMPLETED FIRST_EXCEPTION Future ThreadPoolExecutor TimeoutError as_completed
    wait`),
  configparser: words(`
    BasicInterpolation ConfigParser DEFAULTSECT DuplicateOptionError DuplicateSectionError Error ExtendedInterpolation
    InterpolationDepthError InterpolationError InterpolationMissingOptionError InterpolationSyntaxError MAX_INTERPOLATION_DEPTH
    MissingSectionHeaderError NoOptionError NoSectionError ParsingError RawConfigParser SectionProxy`),
  contextlib: words(`
    AbstractAsyncContextManager AbstractContextManager AsyncContextDecorator AsyncExitStack ContextDecorator ExitStack
    aclosing asynccontextmanager closing contextmanager nullcontext redirect_stderr redirect_stdout suppress`),
  contextvars: words(`ContextVar Token`),
  copy: words(`Error copy deepcopy error replace`),
  csv: words(`
    Dialect DictReader DictWriter Error QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC QUOTE_NOTNULL QUOTE_STRINGS
    Sniffer excel excel_tab field_size_limit get_dialect list_dialects reader register_dialect unix_dialect
    unregister_dialect writer`),
  dataclasses: words(`
    Field FrozenInstanceError InitVar KW_ONLY MISSING asdict astuple dataclass field fields is_dataclass make_dataclass
    replace`),
  datetime: words(`MAXYEAR MINYEAR UTC date datetime time timedelta timezone tzinfo`),
  decimal: words(`
    BasicContext Clamped Context ConversionSyntax Decimal DecimalException DecimalTuple DefaultContext DivisionByZero
    DivisionImpossible DivisionUndefined ExtendedContext FloatOperation HAVE_CONTEXTVAR HAVE_THREADS IEEEContext
    IEEE_CONTEXT_MAX_BITS Inexact InvalidContext InvalidOperation MAX_EMAX MAX_PREC MIN_EMIN MIN_ETINY Overflow ROUND_05UP
    ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP Rounded Subnormal
    Underflow getcontext localcontext setcontext`),
  doctest: words(`
    COMPARISON_FLAGS DONT_ACCEPT_BLANKLINE DONT_ACCEPT_TRUE_FOR_1 DebugRunner DocTest DocTestFailure DocTestFinder DocTestParser
    DocTestRunner ELLIPSIS Example FAIL_FAST IGNORE_EXCEPTION_DETAIL NORMALIZE_WHITESPACE OutputChecker REPORTING_FLAGS REPORT_CDIFF
    REPORT_NDIFF REPORT_ONLY_FIRST_FAILURE REPORT_UDIFF SKIP TestResults UnexpectedException register_optionflag
    run_docstring_examples testmod`),
  difflib: words(`
    Differ IS_CHARACTER_JUNK IS_LINE_JUNK Match SequenceMatcher context_diff diff_bytes get_close_matches ndiff restore
    unified_diff`),
  enum: words(`
    CONFORM CONTINUOUS EJECT Enum EnumCheck EnumMeta EnumType Flag FlagBoundary IntEnum IntFlag KEEP NAMED_FLAGS ReprEnum STRICT StrEnum
    UNIQUE auto member nonmember property unique verify`),
  errno: words(`
    E2BIG EACCES EAGAIN EBADF EBUSY ECANCELED ECHILD ECONNABORTED ECONNREFUSED ECONNRESET EDOM EEXIST EFAULT EFBIG EHOSTUNREACH
    EILSEQ EINPROGRESS EINTR EINVAL EIO EISDIR ELOOP EMFILE EMLINK ENAMETOOLONG ENETUNREACH ENFILE ENODEV ENOENT ENOEXEC
    ENOLCK ENOMEM ENOSPC ENOSYS ENOTCONN ENOTDIR ENOTEMPTY ENOTSUP ENOTTY ENXIO EPERM EPIPE ERANGE EROFS ESPIPE ESRCH
    ETIMEDOUT EWOULDBLOCK EXDEV errorcode`),
  fnmatch: words(`filter filterfalse fnmatch fnmatchcase translate`),
  fractions: words(`Fraction`),
  functools: words(`
    Placeholder cache cached_property cmp_to_key lru_cache partial partialmethod reduce singledispatch
    singledispatchmethod total_ordering update_wrapper wraps`),
  gc: words(`collect disable enable isenabled is_tracked`),
  getopt: words(`GetoptError error getopt gnu_getopt`),
  graphlib: words(`CycleError TopologicalSorter`),
  hashlib: words(`
    algorithms_available algorithms_guaranteed blake2b blake2s md5 new sha1 sha224 sha256 sha384 sha3_224 sha3_256
    sha3_384 sha3_512 sha512 shake_128 shake_256`),
  heapq: words(`
    heapify heapify_max heappop heappop_max heappush heappush_max heappushpop heappushpop_max heapreplace heapreplace_max
    merge nlargest nsmallest`),
  hmac: words(`HMAC compare_digest digest new`),
  html: words(`escape unescape`),
  'html.entities': words(`codepoint2name entitydefs html5 name2codepoint`),
  'html.parser': words(`HTMLParser`),
  http: words(`HTTPMethod HTTPStatus`),
  importlib: words(`import_module`),
  inspect: words(`
    cleandoc getdoc isabstract isasyncgen isasyncgenfunction isawaitable isbuiltin isclass iscoroutine iscoroutinefunction
    isfunction isgenerator isgeneratorfunction ismethod isroutine`),
  io: words(`
    BufferedIOBase BufferedRWPair BufferedRandom BufferedReader BufferedWriter BytesIO DEFAULT_BUFFER_SIZE FileIO IOBase RawIOBase
    SEEK_CUR SEEK_END SEEK_SET StringIO TextIOBase TextIOWrapper UnsupportedOperation open`),
  ipaddress: words(`
    AddressValueError IPv4Address IPv4Interface IPv4Network IPv6Address IPv6Interface IPv6Network NetmaskValueError
    collapse_addresses get_mixed_type_key ip_address ip_interface ip_network summarize_address_range v4_int_to_packed
    v6_int_to_packed`),
  itertools: words(`
    accumulate batched chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse groupby
    islice pairwise permutations product repeat starmap takewhile tee zip_longest`),
  json: words(`JSONDecodeError JSONDecoder JSONEncoder dump dumps load loads`),
  'json.decoder': words(`JSONDecodeError JSONDecoder`),
  'json.encoder': words(`JSONEncoder`),
  keyword: words(`iskeyword issoftkeyword kwlist softkwlist`),
  locale: words(`
    Error LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES LC_MONETARY LC_NUMERIC LC_TIME atof atoi currency delocalize format_string
    getlocale getpreferredencoding localeconv localize normalize setlocale str strcoll strxfrm`),
  logging: words(`
    BASIC_FORMAT BufferingFormatter CRITICAL DEBUG ERROR FATAL FileHandler Filter Filterer Formatter Handler INFO
    LogRecord Logger LoggerAdapter Manager NOTSET NullHandler PercentStyle PlaceHolder RootLogger StrFormatStyle StreamHandler
    StringTemplateStyle WARN WARNING addLevelName basicConfig captureWarnings critical debug disable error exception fatal
    getHandlerByName getHandlerNames getLevelName getLevelNamesMapping getLogRecordFactory getLogger getLoggerClass info
    lastResort log logMultiprocessing logProcesses logThreads makeLogRecord raiseExceptions root setLogRecordFactory
    setLoggerClass shutdown warn warning`),
  math: words(`
    acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2 expm1 fabs
    factorial floor fma fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp lgamma log log10
    log1p log2 modf nan nextafter perm pi pow prod radians remainder sin sinh sqrt sumprod tan tanh tau trunc ulp`),
  numbers: words(`Complex Integral Number Rational Real`),
  operator: words(`
    abs add and_ attrgetter call concat contains countOf delitem eq floordiv ge getitem gt iadd iand iconcat ifloordiv
    ilshift imatmul imod imul index indexOf inv invert ior ipow irshift is_ is_none is_not is_not_none isub itemgetter
    itruediv ixor le length_hint lshift lt matmul methodcaller mod mul ne neg not_ or_ pos pow rshift setitem sub truediv
    truth xor`),
  optparse: words(`
    AmbiguousOptionError BadOptionError HelpFormatter IndentedHelpFormatter NO_DEFAULT OptParseError Option OptionConflictError
    OptionContainer OptionError OptionGroup OptionParser OptionValueError SUPPRESS_HELP SUPPRESS_USAGE TitledHelpFormatter
    Values check_builtin check_choice make_option`),
  platform: words(`
    python_branch python_compiler python_implementation python_revision python_version python_version_tuple`),
  pprint: words(`PrettyPrinter isreadable isrecursive pformat pp pprint saferepr`),
  queue: words(`Empty Full LifoQueue PriorityQueue Queue ShutDown SimpleQueue`),
  random: words(`
    Random SystemRandom betavariate binomialvariate choice choices expovariate gammavariate gauss getrandbits getstate
    lognormvariate normalvariate paretovariate randbytes randint random randrange sample seed setstate shuffle triangular
    uniform vonmisesvariate weibullvariate`),
  re: words(`
    A ASCII DOTALL I IGNORECASE L LOCALE M MULTILINE Match NOFLAG Pattern PatternError RegexFlag S U UNICODE VERBOSE X
    compile error escape findall finditer fullmatch match purge search split sub subn`),
  reprlib: words(`Repr recursive_repr repr`),
  sched: words(`Event scheduler`),
  secrets: words(
    `SystemRandom choice compare_digest randbelow randbits token_bytes token_hex token_urlsafe`,
  ),
  shlex: words(`join quote shlex split`),
  statistics: words(`
    NormalDist StatisticsError correlation covariance fmean geometric_mean harmonic_mean kde kde_random linear_regression
    mean median median_grouped median_high median_low mode multimode pstdev pvariance quantiles stdev variance`),
  string: words(`
    Formatter Template ascii_letters ascii_lowercase ascii_uppercase capwords digits hexdigits octdigits printable punctuation
    whitespace`),
  'string.templatelib': words(`Interpolation Template convert`),
  struct: words(`Struct calcsize error iter_unpack pack pack_into unpack unpack_from`),
  sys: words(`
    argv byteorder exc_info exception exit flags float_info getdefaultencoding get_int_max_str_digits getrecursionlimit
    getsizeof hash_info hexversion implementation int_info intern maxsize maxunicode platform setrecursionlimit
    set_int_max_str_digits stderr stdin stdout version version_info`),
  textwrap: words(`TextWrapper dedent fill indent shorten wrap`),
  threading: words(`
    BoundedSemaphore Event Lock RLock Semaphore Thread Timer active_count current_thread enumerate get_ident local
    main_thread`),
  time: words(`
    asctime ctime gmtime localtime mktime monotonic monotonic_ns perf_counter perf_counter_ns process_time process_time_ns
    sleep strftime strptime struct_time time time_ns timezone tzname`),
  timeit: words(`Timer default_timer repeat timeit`),
  tomllib: words(`TOMLDecodeError loads`),
  traceback: words(
    `format_exc format_exception format_exception_only format_tb print_exc print_exception`,
  ),
  types: words(`
    AsyncGeneratorType BuiltinFunctionType BuiltinMethodType CoroutineType EllipsisType FunctionType GeneratorType
    GenericAlias LambdaType MappingProxyType MethodType ModuleType NoneType NotImplementedType SimpleNamespace
    TracebackType UnionType coroutine`),
  typing: words(`
    AbstractSet Annotated Any AnyStr AsyncContextManager AsyncGenerator AsyncIterable AsyncIterator Awaitable BinaryIO
    Callable ChainMap ClassVar Collection Concatenate Container ContextManager Coroutine Counter DefaultDict Deque Dict
    Final FrozenSet Generator Generic Hashable IO ItemsView Iterable Iterator KeysView List Literal LiteralString Mapping
    MappingView Match MutableMapping MutableSequence MutableSet NamedTuple Never NewType NoDefault NoReturn NotRequired
    Optional OrderedDict ParamSpec ParamSpecArgs ParamSpecKwargs Pattern Protocol ReadOnly Required Reversible Self
    Sequence Set Sized SupportsAbs SupportsBytes SupportsComplex SupportsFloat SupportsIndex SupportsInt SupportsRound
    TYPE_CHECKING Text TextIO Tuple Type TypeAlias TypeAliasType TypeGuard TypeIs TypeVar TypeVarTuple TypedDict Union
    Unpack ValuesView assert_never assert_type cast dataclass_transform final get_args get_origin is_typeddict
    no_type_check overload override runtime_checkable`),
  unicodedata: words(`
    bidirectional category combining decimal decomposition digit east_asian_width is_normalized lookup mirrored name
    normalize numeric unidata_version`),
  unittest: words(`
    FunctionTestCase IsolatedAsyncioTestCase SkipTest TestCase TestLoader TestProgram TestResult TestSuite BaseTestSuite
    TextTestResult TextTestRunner addModuleCleanup defaultTestLoader doModuleCleanups enterModuleContext expectedFailure main
    skip skipIf skipUnless`),
  'urllib.parse': words(`
    DefragResult DefragResultBytes ParseResult ParseResultBytes SplitResult SplitResultBytes parse_qs parse_qsl quote
    quote_from_bytes quote_plus unquote unquote_plus unquote_to_bytes urldefrag urlencode urljoin urlparse urlsplit
    urlunparse urlunsplit`),
  uuid: words(`
    MAX NAMESPACE_DNS NAMESPACE_OID NAMESPACE_URL NAMESPACE_X500 NIL RESERVED_FUTURE RESERVED_MICROSOFT RESERVED_NCS
    RFC_4122 SafeUUID UUID uuid1 uuid3 uuid4 uuid5 uuid6 uuid7 uuid8`),
  warnings: words(`catch_warnings filterwarnings formatwarning resetwarnings simplefilter warn`),
  weakref: words(`WeakKeyDictionary WeakSet WeakValueDictionary ref`),
  zlib: words(`
    DEFLATED DEF_BUF_SIZE DEF_MEM_LEVEL MAX_WBITS ZLIB_RUNTIME_VERSION ZLIB_VERSION Z_BEST_COMPRESSION Z_BEST_SPEED
    Z_BLOCK Z_DEFAULT_COMPRESSION Z_DEFAULT_STRATEGY Z_FILTERED Z_FINISH Z_FIXED Z_FULL_FLUSH Z_HUFFMAN_ONLY
    Z_NO_COMPRESSION Z_NO_FLUSH Z_PARTIAL_FLUSH Z_RLE Z_SYNC_FLUSH Z_TREES adler32 compress compressobj crc32 decompress
    decompressobj error`),
  zoneinfo: words(`ZoneInfo ZoneInfoNotFoundError available_timezones`),
}

/**
 * Modules of files, with their names. The 'standard' set of a policy with `filesystem` has them; any policy may list them, and
 * without files what they ask the system for is an OSError. What they lack is what has to do with processes and users, and what
 * keeps functions for everybody (`shutil.register_archive_format`).
 */
export const FILE_MODULES: Readonly<Record<string, readonly string[]>> = {
  glob: words(`escape glob has_magic iglob translate`),
  os: words(`
    DirEntry F_OK cpu_count environ getenv getpid process_cpu_count O_APPEND O_CREAT O_DIRECTORY O_EXCL O_NOFOLLOW O_RDONLY O_RDWR O_TRUNC O_WRONLY PathLike R_OK SEEK_CUR SEEK_END
    SEEK_SET W_OK X_OK access altsep chdir chmod close curdir devnull error extsep fdopen fsdecode fsencode fspath fstat fsync
    ftruncate getcwd getcwdb isatty linesep listdir lseek lstat makedirs mkdir name open pardir pathsep read readlink remove
    removedirs rename renames replace rmdir scandir sep stat stat_result strerror symlink truncate umask unlink urandom utime walk
    write`),
  'os.path': words(`
    abspath altsep basename commonpath commonprefix curdir defpath devnull dirname exists expanduser extsep getatime getctime
    getmtime getsize isabs isdir isfile isjunction islink ismount join lexists normcase normpath pardir pathsep realpath relpath
    samefile sameopenfile samestat sep split splitdrive splitext splitroot supports_unicode_filenames`),
  pathlib: words(`Path PosixPath PurePath PurePosixPath PureWindowsPath UnsupportedOperation`),
  shutil: words(`
    Error ReadError SameFileError SpecialFileError copy copy2 copyfile copyfileobj copymode copystat copytree get_archive_formats
    get_terminal_size get_unpack_formats ignore_patterns make_archive move rmtree unpack_archive`),
  stat: words(`
    S_IFBLK S_IFCHR S_IFDIR S_IFIFO S_IFLNK S_IFMT S_IFREG S_IFSOCK S_IMODE S_IRGRP S_IROTH S_IRUSR S_IRWXG S_IRWXO S_IRWXU
    S_ISBLK S_ISCHR S_ISDIR S_ISFIFO S_ISLNK S_ISREG S_ISSOCK S_IWGRP S_IWOTH S_IWUSR S_IXGRP S_IXOTH S_IXUSR ST_ATIME ST_CTIME
    ST_MODE ST_MTIME ST_SIZE filemode`),
  tarfile: words(`
    AREGTYPE AbsoluteLinkError AbsolutePathError CompressionError DEFAULT_FORMAT DIRTYPE ENCODING ExtractError FilterError GNU_FORMAT
    HeaderError LNKTYPE LinkOutsideDestinationError OutsideDestinationError PAX_FORMAT REGTYPE ReadError SYMTYPE SpecialFileError
    StreamError TarError TarFile TarInfo USTAR_FORMAT data_filter fully_trusted_filter is_tarfile open tar_filter`),
  tempfile: words(`
    NamedTemporaryFile SpooledTemporaryFile TMP_MAX TemporaryDirectory TemporaryFile gettempdir gettempdirb gettempprefix
    gettempprefixb mkdtemp mkstemp`),
  zipfile: words(`
    BadZipFile BadZipfile LargeZipFile ZIP_BZIP2 ZIP_DEFLATED ZIP_LZMA ZIP_STORED ZipFile ZipInfo error is_zipfile`),
}

/**
 * Modules by which a guest makes requests, with their names. A policy without `network` grants none. All of them are ours
 * (`src/guest/web/<name with _ for .>.py`): each request is a question to the host, which judges it.
 */
export const NETWORK_MODULES: Readonly<Record<string, readonly string[]>> = {
  'http.client': words(`
    CannotSendHeader CannotSendRequest HTTPConnection HTTPException HTTPMessage HTTPResponse HTTPSConnection HTTPS_PORT HTTP_PORT
    ImproperConnectionState InvalidURL NotConnected ResponseNotReady responses`),
  requests: words(`
    AsyncSession ConnectTimeout ConnectionError HTTPError JSONDecodeError PreparedRequest ReadTimeout Request RequestException
    Response Session Timeout TooManyRedirects URLRequired codes delete get head options patch post put request session`),
  'requests.auth': words(`AuthBase HTTPBasicAuth`),
  'requests.exceptions': words(`
    ChunkedEncodingError ConnectTimeout ConnectionError ContentDecodingError HTTPError InvalidHeader InvalidJSONError
    InvalidSchema InvalidURL JSONDecodeError MissingSchema ReadTimeout RequestException RequestRefused Timeout TooManyRedirects
    URLRequired`),
  'requests.structures': words(`CaseInsensitiveDict`),
  'urllib.error': words(`ContentTooShortError HTTPError URLError`),
  'urllib.request': words(`OpenerDirector Request build_opener install_opener urlopen`),
}

/** What the words of a {@link ModuleSet} stand for. */
const PARTS = { standard: MODULES, files: FILE_MODULES, network: NETWORK_MODULES } as const

/** Name of a set of modules that a policy grants whole: `'standard'`, and what of the others it has reason to. */
export type ModuleSet = `standard${'' | ' files'}${'' | ' network'}`

/** The modules of the set, with their names. */
export function modulesOf(set: ModuleSet): Readonly<Record<string, readonly string[]>> {
  const parts = set.split(' ') as (keyof typeof PARTS)[]
  return Object.assign({}, ...parts.map((part) => PARTS[part]))
}

/**
 * Modules of which these names are guest code: CPython's own text in the restricted language (`src/library/`), executed when a
 * guest imports it. Their classes are as the guest's own.
 */
export const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  argparse: MODULES['argparse']!,
  doctest: MODULES['doctest']!,
  getopt: MODULES['getopt']!,
  'html.parser': MODULES['html.parser']!,
  logging: MODULES['logging']!,
  optparse: MODULES['optparse']!,
  sched: MODULES['sched']!,
  shlex: MODULES['shlex']!,
  string: words(`Formatter`),
  timeit: MODULES['timeit']!,
  unittest: MODULES['unittest']!,
}

/** Those that have text evaluated for a program that names no `exec`. */
export const EVALUATING: readonly string[] = words(`doctest timeit`)

/** Modules of which `guest/facets/<name with _ for .>.py` supplies some or all names. */
export const WRAPPED: readonly string[] = words(`
  abc ast asyncio builtins calendar collections concurrent.futures contextlib copy csv dataclasses decimal enum functools importlib io operator pprint queue random sys
  threading time traceback types typing uuid warnings weakref zoneinfo`)

/** Image classes a guest class may derive from, besides exceptions (all but groups). No other class of the image. */
export const SUBCLASSABLE: Readonly<Record<string, readonly string[]>> = {
  builtins: words(
    `bytearray bytes complex dict float frozenset int list object property set str tuple`,
  ),
  abc: words(`ABC`),
  asyncio: words(`LifoQueue PriorityQueue Queue`),
  calendar: words(`Calendar HTMLCalendar TextCalendar`),
  collections: words(`ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque`),
  'collections.abc': MODULES['collections.abc']!,
  contextlib: words(`
    AbstractAsyncContextManager AbstractContextManager AsyncContextDecorator AsyncExitStack ContextDecorator ExitStack
    redirect_stderr redirect_stdout suppress`),
  configparser: words(`BasicInterpolation ConfigParser ExtendedInterpolation RawConfigParser`),
  csv: words(`Dialect DictReader DictWriter excel excel_tab unix_dialect`),
  datetime: words(`date datetime time timedelta tzinfo`),
  decimal: words(`Decimal`),
  difflib: words(`Differ SequenceMatcher`),
  enum: words(`Enum Flag IntEnum IntFlag ReprEnum StrEnum`),
  fractions: words(`Fraction`),
  functools: words(`partial`),
  graphlib: words(`TopologicalSorter`),
  io: words(`BytesIO StringIO`),
  json: words(`JSONDecoder JSONEncoder`),
  os: words(`PathLike`),
  numbers: MODULES['numbers']!,
  pprint: words(`PrettyPrinter`),
  queue: words(`LifoQueue PriorityQueue Queue`),
  random: words(`Random`),
  reprlib: words(`Repr`),
  requests: words(`AsyncSession Session`),
  'requests.auth': words(`AuthBase HTTPBasicAuth`),
  statistics: words(`NormalDist`),
  string: words(`Template`),
  textwrap: words(`TextWrapper`),
  threading: words(`Thread Timer local`),
  types: words(`SimpleNamespace`),
  typing: words(`Generic Protocol`),
  uuid: words(`UUID`),
}

/** Image classes whose instances take attribute writes from guests; all others are made to be read. */
export const CONFIGURABLE: Readonly<Record<string, readonly string[]>> = {
  calendar: words(`Calendar HTMLCalendar TextCalendar`),
  collections: words(`ChainMap Counter OrderedDict UserDict UserList UserString defaultdict`),
  configparser: words(`ConfigParser RawConfigParser`),
  csv: words(`DictReader DictWriter`),
  decimal: words(`Context`),
  difflib: words(`SequenceMatcher`),
  functools: words(`partial`),
  io: words(`BytesIO StringIO`),
  json: words(`JSONDecoder JSONEncoder`),
  random: words(`Random`),
  reprlib: words(`Repr`),
  requests: words(`AsyncSession PreparedRequest Request Response Session`),
  string: words(`Template`),
  tarfile: words(`TarInfo`),
  textwrap: words(`TextWrapper`),
  threading: words(`Thread Timer local`),
  'urllib.request': words(`OpenerDirector Request`),
  types: words(`SimpleNamespace`),
  zipfile: words(`ZipFile ZipInfo`),
}

/** Private methods of the library that its classes call on those that derive from them, and document for overriding. */
export const HOOKS: Readonly<Record<string, readonly string[]>> = {
  'collections.abc.Set': words(`_from_iterable _hash`),
  'asyncio.Queue': words(`_init _get _put`),
}

/** Every module of the 'standard' set, sorted. */
export const STANDARD_MODULES: readonly string[] = Object.keys(MODULES).sort()
