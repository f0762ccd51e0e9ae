/**
 * The restricted language's names, as data. One table for everyone who must agree: `check` reports from it, the image
 * builder hands it to the guest's verifier and guards (as JSON), the docs are generated from it. No code.
 *
 * Sources: RestrictedPython's tables and CVE history; CPython 3.14's data model; walks over every public attribute
 * reachable from the permitted builtins and modules.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/**
 * The character that begins the guest's private names once translated (`_x` becomes `ʼ_x`, U+02BC). No source may hold it in
 * an identifier or a name string, so a private of the host or the standard library can never be spelled by a guest.
 */
export const PRIVATE_MARK = '\u02bc'

/** Names of the guards a rewritten text calls. A source that mentions one is refused: who binds a guard replaces it. */
export const GUARDS = words(`
  _getattr_ _getitem_ _slice_ _write_ _getiter_ _unpack_sequence_ _iter_unpack_sequence_ _inplacevar_ _apply_
  _metaclass_ _template_ _import_ _print_
`)

/** The in-place operators, and the function of Python's `operator` that does what each does. */
export const IN_PLACE: Readonly<Record<string, string>> = {
  '+=': 'iadd',
  '-=': 'isub',
  '*=': 'imul',
  '/=': 'itruediv',
  '//=': 'ifloordiv',
  '%=': 'imod',
  '**=': 'ipow',
  '@=': 'imatmul',
  '<<=': 'ilshift',
  '>>=': 'irshift',
  '&=': 'iand',
  '|=': 'ior',
  '^=': 'ixor',
}

/** Names a source may use and never bind: the meaning of the residual text depends on them. */
export const UNBINDABLE = words(`super __debug__`)

/**
 * Attributes no guest may name (read, write, keyword pattern, name string), because they lead to frames, code, or a class's
 * ancestry. Dunder names are refused by pattern and are not listed.
 */
export const DENIED_ATTRIBUTES = words(`
  f_builtins f_generator f_lasti f_trace f_trace_lines f_trace_opcodes
  gi_code gi_frame cr_code cr_frame cr_origin ag_code ag_frame
  tb_frame tb_lasti
  co_branches co_code co_exceptiontable co_lines co_linetable co_lnotab co_positions co_stacksize
  mro cell_contents evaluate_bound evaluate_constraints evaluate_default evaluate_value
  get_coro exc_traceback
`)

/**
 * Prefixes of names that are judged as `evaluate` and kin are, whatever follows: a program's own objects may have them, those
 * of the interpreter may not be asked (generators, coroutines, tracebacks, code: what a new Python adds is refused unlisted).
 */
export const JUDGED_ATTRIBUTE_PREFIXES = words(`gi_ cr_ ag_ tb_ co_`)

/** Attribute names whose read stays a guard's call, by the judge (judges.py) that looks at what they yield at run time. */
export const JUDGED_BY: Readonly<Record<string, readonly string[]>> = {
  format: words(`format format_map vformat get_field`),
  obj: words(`obj`),
  trace: words(`tb_lineno tb_next`),
  generator: words(`
    gi_running gi_suspended gi_yieldfrom cr_running cr_suspended cr_await ag_running ag_suspended ag_await
  `),
  code: words(`
    co_argcount co_cellvars co_consts co_filename co_firstlineno co_flags co_freevars co_kwonlyargcount co_name co_names co_nlocals
    co_posonlyargcount co_qualname co_varnames f_back f_code f_globals f_lineno f_locals
  `),
  registry: words(`register dispatch registry mapping groupindex cache_parameters`),
  own: words(`evaluate get_loop get_stack print_stack get_context capture_locals parser`),
  namedtuple: words(`_replace _asdict _fields _make _field_defaults`),
  enum: words(`
    _value_ _name_ _missing_ _generate_next_value_ _order_ _ignore_ _fields_ _numeric_repr_ _add_alias_ _add_value_alias_
  `),
  text: words(`__name__ __qualname__ __doc__ __module__`),
  new: words(`__new__`),
  setattr: words(`__setattr__ __delattr__`),
  lookup: words(`__getattribute__`),
}

/** All of them. */
export const JUDGED_ATTRIBUTES = Object.values(JUDGED_BY).flat()

/** Dunder attributes that may be read from anything. */
export const READABLE_DUNDERS = words(`__name__ __qualname__ __doc__ __module__`)

/** Underscore attributes of named tuples and enums, read as they stand (a guard judges the receiver). */
export const PUBLIC_UNDERSCORE_ATTRIBUTES = words(
  `_replace _asdict _fields _make _field_defaults _value_ _name_`,
)

/** Single-underscore names with a meaning in class bodies (enums); bound and read there unrenamed. */
export const CLASS_BODY_NAMES = words(`
  _missing_ _value_ _name_ _generate_next_value_ _order_ _ignore_ _fields_ _numeric_repr_ _add_alias_ _add_value_alias_
`)

/** Special methods a guest class may define, and call on `super()`. */
export const DEFINABLE_METHODS = words(`
  __init__ __new__ __post_init__ __repr__ __str__ __format__ __bytes__ __bool__ __hash__
  __eq__ __ne__ __lt__ __le__ __gt__ __ge__
  __len__ __length_hint__ __iter__ __next__ __reversed__ __contains__ __getitem__ __setitem__ __delitem__ __missing__
  __call__ __enter__ __exit__ __aenter__ __aexit__ __await__ __aiter__ __anext__
  __add__ __radd__ __iadd__ __sub__ __rsub__ __isub__ __mul__ __rmul__ __imul__ __matmul__ __rmatmul__ __imatmul__
  __truediv__ __rtruediv__ __itruediv__ __floordiv__ __rfloordiv__ __ifloordiv__ __mod__ __rmod__ __imod__
  __divmod__ __rdivmod__ __pow__ __rpow__ __ipow__ __lshift__ __rlshift__ __ilshift__ __rshift__ __rrshift__ __irshift__
  __and__ __rand__ __iand__ __or__ __ror__ __ior__ __xor__ __rxor__ __ixor__
  __neg__ __pos__ __abs__ __invert__ __int__ __float__ __complex__ __index__ __round__ __trunc__ __floor__ __ceil__
  __get__ __set__ __delete__ __set_name__ __copy__ __deepcopy__ __replace__
  __getattr__ __getattribute__ __setattr__ __delattr__ __init_subclass__ __class_getitem__ __fspath__ __del__
`)

/**
 * Special methods that a guest class may define too, and that are read of nothing but what it defined itself: what the library
 * has under these names leads to its functions. The second line means nothing to this Python and its library.
 */
const HOOK_METHODS = words(`
  __reduce__ __reduce_ex__ __getstate__ __setstate__ __getnewargs__ __getnewargs_ex__ __dir__ __sizeof__ __mro_entries__
  __instancecheck__ __subclasscheck__ __subclasshook__ __bases__ __prepare__
  __div__ __rdiv__ __idiv__ __nonzero__ __unicode__ __cmp__ __long__ __oct__ __hex__ __coerce__ __html__
`)

/** All that a guest class may define. */
export const DEFINED_METHODS = [...DEFINABLE_METHODS, ...HOOK_METHODS]

/** Special methods that are looked at, or made class methods, when a class is made, and not when they are assigned. */
const MADE_WITH_THE_CLASS = words(
  `__new__ __init_subclass__ __class_getitem__ __set_name__ __subclasshook__ __bases__ __prepare__`,
)

/**
 * Dunder attributes, and `mro`, that sources may read where the policy guards them, by the judges of dunders.py; everywhere else a guard
 * refuses them. None leads to globals, code, closures or frames.
 */
export const GUARDED_DUNDERS = [
  ...words(`
  __class__ __dict__ __mro__ __bases__ __base__ __subclasses__ __annotations__ __members__ __abstractmethods__
  __match_args__ __slots__ __wrapped__ __cause__ __context__ __suppress_context__ __traceback__ __notes__ __self__ __func__
  __defaults__ __kwdefaults__ __code__ __globals__ __file__ __cached__ __origin__ __args__ __dataclass_fields__
  __parameters__ __type_params__ __orig_bases__ __value__ __bound__ __constraints__ __default__ __covariant__ __contravariant__
  __infer_variance__ __metadata__ __supertype__ __total__ __required_keys__ __optional_keys__ __readonly_keys__
  __mutable_keys__ __final__ __override__ __isabstractmethod__ __stdin__ __stdout__ __stderr__
  __thisclass__ __self_class__ __text_signature__ __callback__ mro
`),
  ...HOOK_METHODS.filter((name) => name !== '__bases__'),
]

/** Dunder attributes that sources may assign and delete there, of what the program made. */
export const SETTABLE_DUNDERS = [
  ...words(`
    __name__ __qualname__ __doc__ __module__ __wrapped__ __cause__ __context__ __suppress_context__ __traceback__ __dict__
    __class__ __bases__ __callback__
  `),
  ...DEFINED_METHODS.filter((name) => !MADE_WITH_THE_CLASS.includes(name)),
]

/** Dunder names that may be bound by assignment: in a class body the first group, at module level the second. */
export const CLASS_DUNDERS = words(
  `__slots__ __match_args__ __qualname__ __hash__ __doc__ __eq__ __ne__ __bool__ __iter__ __contains__ __reversed__ __str__ __repr__ __radd__ __rmul__ __rand__ __ror__ __rxor__ __call__ __getitem__ __len__`,
)
/** Dunder names that a module may bind at its own level. */
export const MODULE_DUNDERS = words(
  `__all__ __version__ __author__ __doc__ __license__ __copyright__ __date__ __email__ __credits__ __status__ __maintainer__ __contact__ __url__`,
)

/** Dunder names that may be read as plain names. */
export const READABLE_DUNDER_NAMES = words(
  `__name__ __doc__ __debug__ __file__ __annotate__ __annotations__ __all__ __version__ __author__ __license__ __copyright__ __date__ __email__ __credits__ __status__ __maintainer__ __contact__ __url__`,
)

/** Builtins given to every guest as CPython has them. */
export const BUILTINS = words(`
  True False None Ellipsis NotImplemented
  abs aiter all anext any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod enumerate filter
  float frozenset hash hex int isinstance issubclass iter len list map max memoryview min next object oct ord pow
  property range repr reversed round set slice sorted staticmethod str sum super tuple zip
  ArithmeticError AssertionError AttributeError BaseException BlockingIOError BrokenPipeError BufferError BytesWarning
  ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning
  EOFError EncodingWarning EnvironmentError Exception ExceptionGroup BaseExceptionGroup FileExistsError
  FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning IndentationError
  IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError
  NameError NotADirectoryError NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError
  ProcessLookupError PythonFinalizationError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning
  StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError
  UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning
  ValueError Warning ZeroDivisionError
`)

/** Builtins given to every guest as guards of the same name, which answer as CPython's do for what a guest may ask. */
export const GUARDED_BUILTINS = words(
  `getattr setattr delattr hasattr globals locals vars type dir id print input open format exit quit`,
)

/** Builtins that evaluate text: guards of the same name, where the policy grants them. */
export const EVALUATORS = words(`eval exec compile`)

/** Builtins that no guest gets, or only where the policy grants the evaluation of text, each with what to write instead. */
export const DENIED_BUILTINS: Readonly<Record<string, string>> = {
  eval: 'parse the value yourself (`int(text)`, `json.loads(text)`), or keep a dict of functions by name',
  exec: 'define a function and call it',
  compile: 'define a function and call it',
  __import__: 'write an `import` statement',
  breakpoint: 'print what you want to see',
  help: 'read the documentation outside the sandbox',
  copyright: '',
  credits: '',
  license: '',
}

/** Classes whose subclasses may not define `__eq__` or `__hash__`: trusted caches are keyed by their values, and guards by classes. */
export const EXACT_KEY_CLASSES = words(`str int float bytes type`)

/** What `from __future__ import` may name: features that every Python of today has, so that the line changes nothing. */
export const FUTURE_FEATURES = words(`
  absolute_import annotations division generator_stop generators nested_scopes print_function unicode_literals with_statement
`)
