; PR902 compile-limit
;
; ## Denies
; A source that becomes far more code than it is long, or that nests what the compiler copies; more than 19 active handlers
; at one place, of `try`, `with` and comprehensions within one another.
;
; ## Why
; Compiling cannot be interrupted: 823 bytes of nested `finally` make 18 MB of code in six seconds.
; CPython 3.14.2 keeps active handlers in an array of 23, does not count all of them, and writes past its end.
;
; ## Instead
; Split the function; nest less.
