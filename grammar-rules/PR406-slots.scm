; PR406 slots
;
; ## Denies
; `__slots__` that names what no attribute may be called: a dunder other than `__dict__` and `__weakref__`, or one of the names that
; lead into the interpreter. Names that are computed are judged when the class is made.
;
; ## Why
; Slots make descriptors under the names given, which the interpreter and its library would take for their own.
;
; ## Instead
; Choose other names: `__slots__ = ('x', 'y')`.
;
; ## Example
; class Point:
;     __slots__ = ('x', '__class__')   # refused
;
; class Point:
;     __slots__ = ('x', 'y')
