/** Kinds of data, and what works on any of them. */
import { BUILTINS, GUARDED_BUILTINS } from '../language.js'
import type { ModuleRecords } from './record.js'

/** What programs bind is theirs, and nothing may bind `super`. */
const BUILTIN_NAMES = [
  ...BUILTINS.filter((name) => !/^(True|False|None|super)$/.test(name)),
  ...GUARDED_BUILTINS,
].join(' ')

/** The records by full name. */
export const DATA: ModuleRecords = {
  abc: {
    shows: `ABC ABCMeta abstractmethod`,
    wrapped: true,
    subclassable: `ABC`,
  },
  array: {
    shows: `ArrayType array typecodes`,
    subclassable: `array`,
  },
  bisect: {
    shows: `bisect bisect_left bisect_right insort insort_left insort_right`,
  },
  builtins: {
    shows: BUILTIN_NAMES,
    wrapped: true,
    subclassable: `
      bytearray bytes complex dict enumerate filter float frozenset int list map object property
      reversed set str tuple zip`,
  },
  calendar: {
    shows: `
      APRIL AUGUST Calendar DECEMBER Day FEBRUARY FRIDAY HTMLCalendar IllegalMonthError
      IllegalWeekdayError JANUARY JULY JUNE MARCH MAY MONDAY Month NOVEMBER OCTOBER SATURDAY
      SEPTEMBER SUNDAY THURSDAY TUESDAY TextCalendar WEDNESDAY calendar day_abbr day_name
      firstweekday isleap leapdays month month_abbr month_name monthcalendar monthrange prcal
      prmonth setfirstweekday timegm weekday weekheader`,
    written: `calendar firstweekday month monthcalendar prcal prmonth setfirstweekday weekheader`,
    subclassable: `Calendar HTMLCalendar TextCalendar`,
    configurable: `Calendar HTMLCalendar TextCalendar`,
  },
  collections: {
    shows: `
      ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque namedtuple`,
    wrapped: true,
    subclassable: `ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque`,
    configurable: `ChainMap Counter OrderedDict UserDict UserList UserString defaultdict`,
  },
  'collections.abc': {
    shows: `
      AsyncGenerator AsyncIterable AsyncIterator Awaitable Buffer Callable Collection Container
      Coroutine Generator Hashable ItemsView Iterable Iterator KeysView Mapping MappingView
      MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized ValuesView`,
    subclassable: true,
    hooks: { Set: '_from_iterable _hash' },
  },
  copy: {
    shows: `Error copy deepcopy error replace`,
    written: true,
  },
  copyreg: {
    shows: `constructor dispatch_table pickle`,
    written: true,
  },
  dataclasses: {
    shows: `
      Field FrozenInstanceError InitVar KW_ONLY MISSING asdict astuple dataclass field fields
      is_dataclass make_dataclass replace`,
    wrapped: true,
    written: `asdict astuple is_dataclass replace`,
  },
  datetime: {
    shows: `MAXYEAR MINYEAR UTC date datetime time timedelta timezone tzinfo`,
    subclassable: `date datetime time timedelta tzinfo`,
  },
  enum: {
    shows: `
      CONFORM CONTINUOUS EJECT Enum EnumCheck EnumMeta EnumType Flag FlagBoundary IntEnum IntFlag
      KEEP NAMED_FLAGS ReprEnum STRICT StrEnum UNIQUE auto member nonmember property show_flag_values
      unique verify`,
    wrapped: true,
    subclassable: `Enum Flag IntEnum IntFlag ReprEnum StrEnum`,
  },
  functools: {
    shows: `
      Placeholder cache cached_property cmp_to_key lru_cache partial partialmethod reduce
      singledispatch singledispatchmethod total_ordering update_wrapper wraps`,
    wrapped: true,
    written: `singledispatch singledispatchmethod wraps`,
    subclassable: `partial`,
    configurable: `partial`,
  },
  graphlib: {
    shows: `CycleError TopologicalSorter`,
    subclassable: `TopologicalSorter`,
  },
  heapq: {
    shows: `
      heapify heapify_max heappop heappop_max heappush heappush_max heappushpop heappushpop_max
      heapreplace heapreplace_max merge nlargest nsmallest`,
  },
  ipaddress: {
    shows: `
      AddressValueError IPv4Address IPv4Interface IPv4Network IPv6Address IPv6Interface
      IPv6Network NetmaskValueError collapse_addresses get_mixed_type_key ip_address ip_interface
      ip_network summarize_address_range v4_int_to_packed v6_int_to_packed`,
  },
  itertools: {
    shows: `
      accumulate batched chain combinations combinations_with_replacement compress count cycle
      dropwhile filterfalse groupby islice pairwise permutations product repeat starmap takewhile
      tee zip_longest`,
  },
  operator: {
    shows: `
      abs add and_ attrgetter call concat contains countOf delitem eq floordiv ge getitem gt iadd
      iand iconcat ifloordiv ilshift imatmul imod imul index indexOf inv invert ior ipow irshift
      is_ is_none is_not is_not_none isub itemgetter itruediv ixor le length_hint lshift lt matmul
      methodcaller mod mul ne neg not_ or_ pos pow rshift setitem sub truediv truth xor`,
    written: `attrgetter methodcaller`,
  },
  pickle: {
    shows: `
      DEFAULT_PROTOCOL HIGHEST_PROTOCOL PickleError Pickler PicklingError Unpickler UnpicklingError
      compatible_formats dump dumps format_version load loads`,
    written: true,
  },
  queue: {
    shows: `Empty Full LifoQueue PriorityQueue Queue ShutDown SimpleQueue`,
    written: true,
  },
  types: {
    shows: `
      AsyncGeneratorType CellType ClassMethodDescriptorType CodeType FrameType GetSetDescriptorType MemberDescriptorType
      MethodDescriptorType MethodWrapperType WrapperDescriptorType BuiltinFunctionType BuiltinMethodType CoroutineType EllipsisType
      FunctionType GeneratorType GenericAlias LambdaType MappingProxyType MethodType ModuleType
      NoneType NotImplementedType SimpleNamespace TracebackType UnionType coroutine`,
    wrapped: true,
    written: `SimpleNamespace`,
  },
  typing: {
    shows: `
      AbstractSet Annotated Any AnyStr CT_co KT T T_co T_contra VT VT_co V_co AsyncContextManager AsyncGenerator AsyncIterable
      AsyncIterator Awaitable BinaryIO Callable ChainMap ClassVar Collection Concatenate Container
      ContextManager Coroutine Counter DefaultDict Deque Dict Final FrozenSet Generator Generic
      Hashable IO ItemsView Iterable Iterator KeysView List Literal LiteralString Mapping
      MappingView Match MutableMapping MutableSequence MutableSet NamedTuple Never NewType
      NoDefault NoReturn NotRequired Optional OrderedDict ParamSpec ParamSpecArgs ParamSpecKwargs
      Pattern Protocol ReadOnly Required Reversible Self Sequence Set Sized SupportsAbs
      SupportsBytes SupportsComplex SupportsFloat SupportsIndex SupportsInt SupportsRound
      TYPE_CHECKING Text TextIO Tuple Type TypeAlias TypeAliasType TypeGuard TypeIs TypeVar
      TypeVarTuple TypedDict Union Unpack ValuesView assert_never assert_type cast
      dataclass_transform final get_args get_origin get_protocol_members get_type_hints is_protocol is_typeddict no_type_check overload override
      runtime_checkable`,
    wrapped: true,
    written: `dataclass_transform get_type_hints no_type_check overload`,
    subclassable: `Generic Protocol`,
  },
  uuid: {
    shows: `
      MAX NAMESPACE_DNS NAMESPACE_OID NAMESPACE_URL NAMESPACE_X500 NIL RESERVED_FUTURE
      RESERVED_MICROSOFT RESERVED_NCS RFC_4122 SafeUUID UUID uuid1 uuid3 uuid4 uuid5 uuid6 uuid7
      uuid8`,
    subclassable: `UUID`,
  },
  weakref: {
    shows: `ReferenceType WeakKeyDictionary WeakMethod WeakSet WeakValueDictionary finalize getweakrefcount ref`,
    wrapped: true,
    configurable: `finalize`,
  },
  zoneinfo: {
    shows: `ZoneInfo ZoneInfoNotFoundError available_timezones`,
    wrapped: true,
  },
}
