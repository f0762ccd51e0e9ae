/**
 * Modules in C that programs name beside the public ones whose names they have: the same objects, and none that the public one does
 * not show.
 */
import type { ModuleRecord, ModuleRecords } from './record.js'

const twin = (of: string, shows: string): ModuleRecord => ({ shows, twin: of })

const OPERATOR = `
  abs add and_ attrgetter call concat contains countOf delitem eq floordiv ge getitem gt iadd iand iconcat ifloordiv ilshift imatmul
  imod imul index indexOf inv invert ior ipow irshift is_ is_none is_not is_not_none isub itemgetter itruediv ixor le length_hint
  lshift lt matmul methodcaller mod mul ne neg not_ or_ pos pow rshift setitem sub truediv truth xor`

/** The records by full name. Each names its public module as `twin`. */
export const TWINS: ModuleRecords = {
  _asyncio: twin('asyncio', 'Future Task all_tasks current_task get_event_loop get_running_loop'),
  _bisect: twin('bisect', 'bisect_left bisect_right insort_left insort_right'),
  _blake2: twin('hashlib', 'blake2b blake2s'),
  _collections: twin('collections', 'OrderedDict defaultdict deque'),
  _contextvars: twin('contextvars', 'Context ContextVar Token copy_context'),
  _csv: twin(
    'csv',
    `Dialect Error QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC QUOTE_NOTNULL QUOTE_STRINGS field_size_limit get_dialect
    list_dialects reader register_dialect unregister_dialect writer`,
  ),
  _datetime: twin('datetime', 'MAXYEAR MINYEAR UTC date datetime time timedelta timezone tzinfo'),
  _functools: twin('functools', 'Placeholder cmp_to_key partial reduce'),
  _heapq: twin(
    'heapq',
    'heapify heapify_max heappop heappop_max heappush heappush_max heappushpop heappushpop_max heapreplace heapreplace_max',
  ),
  _io: twin(
    'io',
    `BufferedRWPair BufferedRandom BufferedReader BufferedWriter BytesIO DEFAULT_BUFFER_SIZE FileIO StringIO TextIOWrapper
    UnsupportedOperation open`,
  ),
  _md5: twin('hashlib', 'md5'),
  _operator: twin('operator', OPERATOR),
  _random: twin('random', 'Random'),
  _sha1: twin('hashlib', 'sha1'),
  _sha2: twin('hashlib', 'sha224 sha256 sha384 sha512'),
  _sha3: twin('hashlib', 'sha3_224 sha3_256 sha3_384 sha3_512 shake_128 shake_256'),
  _struct: twin('struct', 'Struct calcsize error iter_unpack pack pack_into unpack unpack_from'),
  _typing: twin(
    'typing',
    'Generic NoDefault ParamSpec ParamSpecArgs ParamSpecKwargs TypeAliasType TypeVar TypeVarTuple Union',
  ),
  _warnings: twin('warnings', 'warn'),
  _weakref: twin('weakref', 'ReferenceType getweakrefcount ref'),
  'asyncio.exceptions': twin(
    'asyncio',
    'BrokenBarrierError CancelledError InvalidStateError TimeoutError',
  ),
}
