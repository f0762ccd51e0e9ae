/**
 * `pickle` and `copyreg` as guest code: CPython's text in Python. What an object reduces to, how names are found, and how objects are
 * made and filled again, src/trusted/language/pickling.py and unpickling.py say. What C's `_pickle` says of a pickle that is none, is said here.
 */
import type { Edit, Part } from './texts.js'

/** Without registries of codes for classes. */
export const COPYREG: readonly Part[] = [
  { file: 'copyreg.py', cuts: [['def pickle_union(obj):', undefined]], edits: [] },
]

/** What CPython reads of an object under names between double underscores. */
const REDUCING: readonly Edit[] = [
  [
    `                # Check for a class with a custom metaclass; treat as regular
                # class
                if issubclass(t, type):
                    self.save_global(obj)
                    return

                # Check for a __reduce_ex__ method, fall back to __reduce__
                reduce = getattr(obj, "__reduce_ex__", _NoValue)
                if reduce is not _NoValue:
                    rv = reduce(self.proto)
                else:
                    reduce = getattr(obj, "__reduce__", _NoValue)
                    if reduce is not _NoValue:
                        rv = reduce()
                    else:
                        raise PicklingError(f"Can't pickle {_T(t)} object")
`,
    `                rv = reduced(obj, self.proto)
                # A pickler of the program's own is told no builtin that its policy does not grant.
                for builtin in (getattr, iter, reversed):
                    if isinstance(rv, tuple) and rv and rv[0] is builtin:
                        found('builtins', builtin.__name__, False)
`,
  ],
  ['func_name = getattr(func, "__name__", "")', 'func_name = (special(func) or ("", ""))[1]'],
  [
    `            if not hasattr(cls, "__new__"):
                raise PicklingError("first argument to __newobj_ex__() has no __new__")
`,
    '',
  ],
  [
    `            if not hasattr(cls, "__new__"):
                raise PicklingError("first argument to __newobj__() has no __new__")
`,
    '',
  ],
  ['                func = partial(cls.__new__, cls, *args, **kwargs)\n', ''],
  ['                save(())\n', '                save((cls, args, kwargs))\n'],
  ["        elif '.' in name:\n", "        elif '.' in name and not found_as:\n"],
  ['codecs.encode', 'encode'],
  [
    `        if name is None:
            name = getattr(obj, '__qualname__', None)
            if name is None:
                name = obj.__name__

        module_name = whichmodule(obj, name)
`,
    `        if found_as := special(obj):
            module_name, name = found_as
        else:
            if name is None:
                name = reduced(obj, self.proto)
            module_name = whichmodule(obj, name)
`,
  ],
  ["module_name = getattr(obj, '__module__', None)", 'module_name = module_of(obj)'],
  [
    `    try:
        __import__(module_name, level=0)
        module = sys.modules[module_name]
    except (ImportError, ValueError, KeyError) as exc:
        raise PicklingError(f"Can't pickle {obj!r}: {exc!s}")
    try:
        if _getattribute(module, dotted_path) is obj:
            return module_name
`,
    `    if module_name is None:
        module_name = '__main__'
    try:
        if found(module_name, name, True) is obj:
            return module_name
    except (ImportError, ValueError, KeyError) as exc:
        raise PicklingError(f"Can't pickle {obj!r}: {exc!s}")
`,
  ],
]

/** How a pickle is read. */
const READING: readonly Edit[] = [
  [
    `        sys.audit('pickle.find_class', module, name)
`,
    '',
  ],
  [
    `        __import__(module, level=0)
        if self.proto >= 4 and '.' in name:
            dotted_path = name.split('.')
            try:
                return _getattribute(sys.modules[module], dotted_path)
            except AttributeError:
                raise AttributeError(
                    f"Can't resolve path {name!r} on module {module!r}")
        else:
            return getattr(sys.modules[module], name)
`,
    `        try:
            return found(module, name, self.proto >= 4)
        except AttributeError:
            if self.proto >= 4 and '.' in name:
                raise AttributeError(
                    f"Can't resolve path {name!r} on module {module!r}")
            raise
`,
  ],
  [
    `        if (args or not isinstance(klass, type) or
            hasattr(klass, "__getinitargs__")):
`,
    '        if args or not isinstance(klass, type):\n',
  ],
  ['            value = klass.__new__(klass)\n', '            value = make(klass, (), {})\n'],
  ['        obj = cls.__new__(cls, *args)\n', '        obj = make(cls, args, {})\n'],
  ['        obj = cls.__new__(cls, *args, **kwargs)\n', '        obj = make(cls, args, kwargs)\n'],
  ['        stack[-1] = func(*args)\n', '        stack[-1] = called(func, args)\n'],
  [
    `        setstate = getattr(inst, "__setstate__", _NoValue)
        if setstate is not _NoValue:
            setstate(state)
            return
        slotstate = None
        if isinstance(state, tuple) and len(state) == 2:
            state, slotstate = state
        if state:
            inst_dict = inst.__dict__
            intern = sys.intern
            for k, v in state.items():
                if type(k) is str:
                    inst_dict[intern(k)] = v
                else:
                    inst_dict[k] = v
        if slotstate:
            for k, v in slotstate.items():
                setattr(inst, k, v)
`,
    '        restore(inst, state)\n',
  ],
]

/** The words of C, and what it asks `reducer_override` about. */
const WORDS: readonly Edit[] = [
  [
    'unsupported persistent id encountered',
    'A load persistent id instruction was encountered, but no persistent_load function was specified.',
  ],
  [
    `raise TypeError("Can't load pickle from unicode string")`,
    `raise TypeError("a bytes-like object is required, not 'str'")`,
  ],
  [
    `        if reduce is not _NoValue:
            rv = reduce(obj)

        if rv is NotImplemented:
`,
    `        if reduce is not _NoValue and (
                type(obj) in (type, FunctionType) or type(obj) not in self.dispatch):
            rv = reduce(obj)

        if rv is NotImplemented:
`,
  ],
  [
    `                dispatch[key[0]](self)
`,
    `                if key[0] not in dispatch:
                    shown = chr(key[0]) if 32 <= key[0] < 127 and key not in b"'\\\\" else '\\\\x%02x' % key[0]
                    raise UnpicklingError(f"invalid load key, '{shown}'.")
                dispatch[key[0]](self)
`,
  ],
  [
    '                    raise EOFError\n',
    "                    raise EOFError('Ran out of input')\n",
  ],
  [
    `                self.current_frame = None
                return self.file_read(n)
            if len(data) < n:
                raise UnpicklingError(
                    "pickle exhausted before end of frame")
            return data
        else:
            return self.file_read(n)
`,
    `                self.current_frame = None
                return self._read_whole(n)
            if len(data) < n:
                raise UnpicklingError(
                    "pickle exhausted before end of frame")
            return data
        else:
            return self._read_whole(n)

    def _read_whole(self, n):
        data = self.file_read(n)
        # The first byte of an opcode may be missing: that is the end.
        if len(data) < n and n > 1:
            raise UnpicklingError('pickle data was truncated')
        return data
`,
  ],
]

/** Its parts. */
export const PICKLE: readonly Part[] = [
  { file: '_compat_pickle.py', edits: [] },
  {
    file: 'pickle.py',
    cuts: [
      ['import codecs\nimport _compat_pickle', 'try:\n    from _pickle import PickleBuffer'],
      ['try:\n    from _pickle import PickleBuffer', '# Shortcut for use in isinstance'],
      ['__all__.extend(', 'class _Framer:'],
      ['def _getattribute(obj', 'def whichmodule('],
      [
        '    if module_name is None:\n        # Protect',
        '    try:\n        __import__(module_name',
      ],
      ['def _T(obj):', '_NoValue = object()'],
      ['    if _HAVE_PICKLE_BUFFER:\n', '    def save_str(self, obj):'],
      [
        '        if self.proto >= 2:\n            code = _extension_registry',
        '        if self.proto >= 4:\n            self.save(module_name)',
      ],
      ['        obj = _extension_cache.get(code', '        if not key:\n'],
      ['        obj = self.find_class(*key)\n        _ext', '    def find_class('],
      ['# Use the faster _pickle', undefined],
    ],
    edits: [
      ['from copyreg import _extension_registry, _inverted_registry, _extension_cache\n', ''],
      ['_compat_pickle.', ''],
      [
        '        if not key:\n            if code <= 0:',
        '        if True:\n            if code <= 0:',
      ],
      ...REDUCING,
      ...READING,
      ...WORDS,
      ['_T(', 'type_name('],
      ['_Pickler', 'Pickler'],
      ['_Unpickler', 'Unpickler'],
      ...['dump', 'dumps', 'load', 'loads'].map((name): Edit => [`def _${name}(`, `def ${name}(`]),
    ],
  },
]
