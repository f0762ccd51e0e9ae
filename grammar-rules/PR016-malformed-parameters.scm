; PR016 malformed-parameters
;
; ## Denies
; Parameters in an order that Python has not, or that are no names: `def f(a=1, b)`, `def f(*, **k)`, `lambda (a, b):
; a`.
;
; ## Why
; The checker's parser accepts them in any order, and Python 2's tuples.
;
; ## Instead
; Write positional parameters first, then those with defaults, then `*args`, then keywords, then `**options`.
