; PR010 invalid-syntax
;
; ## Denies
; Text that is not Python.
;
; ## Why
; The checker's parser could not read it, or found a token missing. It repairs what it can; the first few repairs are
; reported, or the bracket or string that was never closed, after which all is confused.
;
; ## Instead
; Correct the syntax. Syntax newer than Python 3.14 is not known. Of annotations, the rare forms `a: b[c](d)`, `a:
; b[c][d]` and `a: b[c] + d` are not understood: name the type first.
