; PR131 outside-function
;
; ## Denies
; `return` and `yield` where there is no function to leave: in a module, a class body, or (for `yield`) a comprehension.
;
; ## Why
; Python refuses the whole module with a SyntaxError.
;
; ## Instead
; Write the last expression alone on its line: that is a module's value. For generators, write a function.
;
; ## Example
; return total   # refused
; total
