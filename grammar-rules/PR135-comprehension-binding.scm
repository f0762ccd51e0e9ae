; PR135 comprehension-binding
;
; ## Denies
; `:=` in a comprehension where it has no place to bind: of the name the comprehension iterates with, within what it
; iterates over, or in a class body.
;
; ## Why
; Python refuses the whole module with a SyntaxError.
;
; ## Instead
; Use another name, or write a loop.
;
; ## Example
; [x := x + 1 for x in values]   # refused
; [y := x + 1 for x in values]
