; PR405 match-args
;
; ## Denies
; `__match_args__` that is anything but a literal tuple of names, or that names what a pattern may not read (PR203 to PR205).
;
; ## Why
; Patterns read the attributes it names, past every guard: with `('__class__',)` a pattern hands out the class of what it
; matches.
;
; ## Instead
; Write the names: `__match_args__ = ('x', 'y')`. Dataclasses and named tuples have theirs already.
;
; ## Example
; class Point:
;     __match_args__ = tuple(NAMES)   # refused
;
; class Point:
;     __match_args__ = ('x', 'y')
