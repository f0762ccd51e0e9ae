; PR133 outside-loop
;
; ## Denies
; `break` and `continue` outside of a loop.
;
; ## Why
; Python refuses the whole module with a SyntaxError.
;
; ## Instead
; Use `return` to leave a function early, `if` to skip statements.
;
; ## Example
; if done:
;     break   # refused
