; PR134 duplicate-parameter
;
; ## Denies
; Two parameters of one function with the same name.
;
; ## Why
; Python refuses the whole module with a SyntaxError.
;
; ## Instead
; Give each parameter a name of its own.
;
; ## Example
; def area(a, a): ...   # refused
; def area(a, b): ...
