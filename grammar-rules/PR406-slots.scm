; PR406 slots
;
; ## Denies
; `__slots__` that is anything but literal strings, alone or in a tuple, list, set or dict, or that names a dunder.
;
; ## Why
; Slots make descriptors under the names given; private ones have to be renamed, so the names have to be known.
;
; ## Instead
; Write the names: `__slots__ = ('x', 'y')`.
;
; ## Example
; class Point:
;     __slots__ = NAMES   # refused
;
; class Point:
;     __slots__ = ('x', 'y')
