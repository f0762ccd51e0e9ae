; PR502 chain-too-long
;
; ## Denies
; More than 190 attributes, items, calls and brackets within one another.
;
; ## Why
; CPython allows 200 brackets within one another, and guards nest: `a.b.c` becomes `_getattr_(_getattr_(a,'b'),'c')`.
;
; ## Instead
; Give the inner part a name of its own.
