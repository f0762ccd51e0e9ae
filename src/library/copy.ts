/**
 * `copy` as guest code: CPython's text. What an object reduces to, how it is made again and filled, `pickle` is told in the same way
 * (src/trusted/language/pickling.py and unpickling.py).
 */
import type { Edit, Part } from './texts.js'

const REDUCING: readonly Edit[] = [
  [
    'import types\n',
    'import re\nimport types\nfrom decimal import Decimal\nfrom fractions import Fraction\n\n_NUMBERS = Decimal, Fraction\n',
  ],
  ['    cls = type(x)\n', '    cls = _class_of(x)\n'],
  ['        return cls.copy(x)\n', '        return x.copy()\n'],
  // Of classes it is told that they are copied as they are.
  [
    `    if issubclass(cls, type):
        # treat it as a regular class:
        return x

`,
    '',
  ],
  [
    `        if issubclass(cls, type):
            y = x # atomic copy
        else:
            copier = getattr(x, "__deepcopy__", None)
`,
    `        if True:
            copier = getattr(x, "__deepcopy__", None) if is_own(x) else None
`,
  ],
  ['    copier = getattr(cls, "__copy__", None)\n', '    copier = _copier_of(x, cls)\n'],
  [
    `        reductor = getattr(x, "__reduce_ex__", None)
        if reductor is not None:
            rv = reductor(4)
        else:
            reductor = getattr(x, "__reduce__", None)
            if reductor:
                rv = reductor()
            else:
                raise Error("un(shallow)copyable object of type %s" % cls)
`,
    '        rv = reduced(x, 4)\n',
  ],
  [
    `                    reductor = getattr(x, "__reduce_ex__", None)
                    if reductor is not None:
                        rv = reductor(4)
                    else:
                        reductor = getattr(x, "__reduce__", None)
                        if reductor:
                            rv = reductor()
                        else:
                            raise Error(
                                "un(deep)copyable object of type %s" % cls)
`,
    '                    rv = reduced(x, 4)\n',
  ],
  [
    `def _deepcopy_method(x, memo): # Copy instance methods
    return type(x)(x.__func__, deepcopy(x.__self__, memo))
`,
    `def _deepcopy_method(x, memo): # Copy instance methods
    reduced(x, 4)
    return type(x)(x.__func__, deepcopy(x.__self__, memo))
`,
  ],
  ['    y = func(*args)\n', '    y = called(func, args)\n'],
  [
    `        if hasattr(y, '__setstate__'):
            y.__setstate__(state)
        else:
            if isinstance(state, tuple) and len(state) == 2:
                state, slotstate = state
            else:
                slotstate = None
            if state is not None:
                y.__dict__.update(state)
            if slotstate is not None:
                for key, value in slotstate.items():
                    setattr(y, key, value)
`,
    '        restore(y, state)\n',
  ],
  [
    `          types.NotImplementedType, types.FunctionType, types.CodeType,
          weakref.ref, super}
`,
    `          types.NotImplementedType, types.FunctionType, types.CodeType,
          weakref.ref, super, re.Pattern, re.Match, *_NUMBERS}
`,
  ],
  [
    `          types.BuiltinFunctionType, types.FunctionType, weakref.ref, property}
`,
    `          types.BuiltinFunctionType, types.FunctionType, weakref.ref, property,
          re.Pattern, re.Match, *_NUMBERS}
`,
  ],
  ['del types, weakref\n', ''],
  [
    `    cls = obj.__class__
    func = getattr(cls, '__replace__', None)
    if func is None:
        raise TypeError(f"replace() does not support {cls.__name__} objects")
`,
    `    func = _replacer_of(obj)
    if func is None:
        raise TypeError(f"replace() does not support {type_name(obj).rpartition('.')[2]} objects")
`,
  ],
]

/** Methods of the library that programs call by public names, where CPython calls special ones. */
const BY_NAME = `
import collections, datetime, zlib

_COPIED = {collections.deque, collections.defaultdict, collections.OrderedDict, collections.Counter,
           collections.ChainMap, collections.UserDict, collections.UserList,
           type(zlib.compressobj()), type(zlib.decompressobj())}
_REPLACED = {datetime.date, datetime.time, datetime.datetime}

def _class_of(x):
    try:
        return type(x)
    except TypeError:
        reduced(x, 4)
        raise

def _copier_of(x, cls):
    if is_own(x):
        return getattr(cls, "__copy__", None)
    return (lambda x: x.copy()) if cls in _COPIED else None

def _replacer_of(x):
    if is_own(x):
        return getattr(type(x), "__replace__", None)
    try:
        is_replaced = type(x) in _REPLACED
    except TypeError:
        return None
    return (lambda x, /, **changes: x.replace(**changes)) if is_replaced else None
`

/** Its parts. */
export const COPY: readonly Part[] = [{ file: 'copy.py', edits: REDUCING }, BY_NAME]
