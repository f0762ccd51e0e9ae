/** What to use instead of modules that guests do not get, as data. Where nothing replaces a module, the hint says who can help. */

const host = 'a guest cannot: have the host do it and pass the result as an input'
const network =
  'the policy grants it where it allows requests: `"network": { "allow": ["https://api.example.com"] }`'

/**
 * Hints by a module's full name. A name that is not here has the hint of its first part: `email.message` that of
 * `email`.
 */
export const MODULE_HINTS: Readonly<Record<string, string>> = {
  posixpath: 'use `os.path`',
  subprocess: host,
  multiprocessing: 'write a loop: a guest has one thread',
  cmd: 'call the functions: a guest has no terminal',
  email: host,
  selectors: 'use `asyncio`',
  resource: 'set limits in the policy',
  socket: host,
  ssl: host,
  select: host,
  socketserver: host,
  'http.server': host,
  'http.client': network,
  urllib:
    'use `urllib.parse`; `urllib.request` is there where the policy allows requests (`network`)',
  'urllib.request': network,
  'urllib.error': network,
  requests: network,
  'requests.auth': network,
  'requests.exceptions': network,
  'requests.structures': network,
  httpx: 'use `requests`, where the policy allows requests (`network`)',
  aiohttp: 'use `requests.AsyncSession`, where the policy allows requests (`network`)',
  urllib3: 'use `requests`, where the policy allows requests (`network`)',
  ftplib: host,
  smtplib: host,
  sqlite3: host,
  marshal: 'use `json`',
  shelve: 'use `json`',
  'xml.dom': 'use `xml.etree.ElementTree`',
  'xml.dom.minidom': 'use `xml.etree.ElementTree`; its `indent` makes lines',
  'xml.sax': 'use `xml.etree.ElementTree.XMLPullParser`',
  code: 'define a function and call it',
  codeop: 'define a function and call it',
  ctypes: 'use `struct` or `array`',
  imp: 'write an `import` statement',
  runpy: 'define a function and call it',
  pkgutil: 'write an `import` statement',
  dis: 'leave it out',
  tracemalloc: 'leave it out: memory is limited by the policy',
  getpass: 'take inputs from the host',
  gettext: 'keep the texts in a dict',
  pdb: 'print what you want to see',
  cProfile: 'use `time.perf_counter`',
  pytest: 'write `assert`',
  'unittest.mock':
    'write a class of your own that notes its calls, and set attributes with `setattr`',
  'logging.config': 'call `logging.basicConfig` and `addHandler`',
  linecache: 'use `traceback`, or `open` the file',
  fileinput: 'read `sys.stdin`, or open each file, one after the other',
  filecmp: 'compare what `read` gives',
  'importlib.util': 'use `importlib.import_module`',
  'importlib.resources': 'open the file by its path',
  sysconfig: 'use `sys` and `platform`',
  faulthandler: 'leave it out',
  numpy: 'use `array`, `math` and `statistics`',
  pandas: 'use lists of dicts, and `csv`',
  yaml: 'use `json` or `tomllib`',
  dateutil: 'use `datetime`',
  pytz: 'use `zoneinfo`',
  six: 'leave it out: this is Python 3',
  js: host,
  pyodide: host,
  pyodide_js: host,
}

/** What to use instead of names that a granted module does not show. Keys are `module.name`. */
export const MODULE_NAME_HINTS: Readonly<Record<string, string>> = {
  'abc.abstractproperty': 'write `@property` above `@abstractmethod`',
  ...Object.fromEntries(
    'Callable Container Hashable Iterable Iterator Mapping MutableMapping MutableSequence MutableSet Sequence Set Sized'
      .split(' ')
      .map((name) => [`collections.${name}`, `it is in \`collections.abc\``]),
  ),
  ...Object.fromEntries(
    'combine fromisoformat fromtimestamp now strptime today utcnow'
      .split(' ')
      .map((name) => [`datetime.${name}`, `it is of the class: \`datetime.datetime.${name}\``]),
  ),
  'asyncio.create_subprocess_exec': 'a guest has no processes',
  'asyncio.create_subprocess_shell': 'a guest has no processes',
  'ast.parse': '`ast.literal_eval` reads literals',
  'fractions.gcd': 'use `math.gcd`',
  'inspect.getargspec': 'use `inspect.signature`',
  'itertools.ifilter': 'use `filter`',
  'itertools.imap': 'use `map`',
  'itertools.izip': 'use `zip`',
  'math.squareroot': 'use `math.sqrt`',
  'string.join': "write `' '.join(texts)`",
  'string.letters': 'use `string.ascii_letters`',
  'sys.maxint': 'use `sys.maxsize`',
  'time.clock': 'use `time.perf_counter`',
  'os.fork': 'a guest has no processes',
  'os.popen': 'a guest has no processes',
  'types.new_class': 'write a `class` statement',
  'typing.ForwardRef': 'write the name of the class as a string',
}

/** What to use instead of `name` of `module`, of which `close` is the nearest name shown; undefined when nothing is known. */
export function nameHint(
  module: string,
  name: string,
  close: string | undefined,
): string | undefined {
  const key = `${module}.${name}`
  if (Object.hasOwn(MODULE_NAME_HINTS, key)) return MODULE_NAME_HINTS[key]
  return close === undefined ? undefined : `did you mean \`${close}\`?`
}
