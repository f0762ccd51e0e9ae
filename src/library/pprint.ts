/** `pprint` as guest code: CPython's text, which knows what shows an object by the class that has its `__repr__`. */
import type { Part } from './texts.js'

const SHOWN = `
def _class_of(x):
    try:
        return type(x)
    except TypeError:
        # One that no program may hold.
        return object


# What shows instances of classes of the library.
_known = {cls: cls for cls in (int, *_dispatch)}

def _shown_by(x):
    """The class whose \`__repr__\` shows the object."""
    cls = _class_of(x)
    if not is_own(x) and cls in _known:
        return _known[cls]
    found = object
    try:
        for each in cls.__mro__:
            if '__repr__' in each.__dict__:
                found = each
                break
    except AttributeError:
        # One of which a program is not told what it has.
        pass
    if not is_own(x):
        _known[cls] = found
    return found

def _is_dataclass(x):
    """Whether it is shown by what the nearest dataclass was given for it, which gives each a \`__replace__\`."""
    from dataclasses import is_dataclass

    if not is_dataclass(x) or isinstance(x, type) or first_line(type(x).__repr__) is not None:
        return False
    shown = _shown_by(x)
    for cls in type(x).__mro__:
        if cls is shown or '__replace__' in cls.__dict__:
            return cls is shown
`

/** Its parts. */
export const PPRINT: readonly Part[] = [
  {
    file: 'pprint.py',
    edits: [
      [
        `            # Lazy import to improve module import time
            from dataclasses import is_dataclass

`,
        '',
      ],
      [
        `            elif (is_dataclass(object) and
                  not isinstance(object, type) and
                  object.__dataclass_params__.repr and
                  # Check dataclass has generated repr method.
                  hasattr(object.__repr__, "__wrapped__") and
                  "__create_fn__" in object.__repr__.__wrapped__.__qualname__):
`,
        '            elif _is_dataclass(object):\n',
      ],
      ['self._dispatch.get(type(object).__repr__, None)', 'self._dispatch.get(_shown_by(object))'],
      // No attribute of the class, by which a program would have the classes in it.
      ['class PrettyPrinter:\n', '_dispatch = {}\n\nclass PrettyPrinter:\n'],
      ['    _dispatch = {}\n\n', ''],
      ['self._dispatch.get(_shown_by(', '_dispatch.get(_shown_by('],
      ['            self._stream = stream\n', '            self._stream = writer(stream)\n'],
      ['r = getattr(typ, "__repr__", None)', 'r = _shown_by(object)'],
      ['.__repr__] =', '] ='],
      ['r is int.__repr__', 'r is int'],
      ['r is dict.__repr__', 'r is dict'],
      ['r is list.__repr__', 'r is list'],
      ['r is tuple.__repr__', 'r is tuple'],
      ['typ = type(object)', 'typ = _class_of(object)'],
      ['(type(object).__name__, id(object))', '(_class_of(object).__name__, id(object))'],
      ['(str(type(self.obj)), id(self.obj))', '(str(_class_of(self.obj)), id(self.obj))'],
      ['(str(type(other.obj)), id(other.obj))', '(str(_class_of(other.obj)), id(other.obj))'],
    ],
  },
  SHOWN,
]
