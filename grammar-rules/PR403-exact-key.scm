; PR403 exact-key
;
; ## Denies
; `__eq__` or `__hash__` in a subclass of `str`, `int`, `float`, `bytes` or `type`.
;
; ## Why
; Trusted code keeps caches whose keys are such values: `strptime` caches formats, `struct` layouts. A key that lies about
; what it equals poisons them: later calls, of others too, get the wrong entry. Guards ask whether a class is among those that
; the program made: a class that equals every other would be taken for one.
;
; ## Instead
; Hold the value in an attribute of a class of its own, and define `__eq__` there.
;
; ## Example
; class Name(str):
;     def __eq__(self, other): ...   # refused
;
; @dataclass(frozen=True)
; class Name:
;     text: str
