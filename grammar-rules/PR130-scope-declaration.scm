; PR130 scope-declaration
;
; ## Denies
; A `global` or `nonlocal` that Python cannot carry out: after the name was used, of a parameter, of a name that no
; enclosing function has, at module level (`nonlocal`), or both of the same name.
;
; ## Why
; Python refuses the whole module with a SyntaxError.
;
; ## Instead
; Declare the name at the top of the function, before its first use.
;
; ## Example
; def count():
;     total += 1
;     global total   # refused
;
; def count():
;     global total
;     total += 1
