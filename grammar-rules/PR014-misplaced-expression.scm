; PR014 misplaced-expression
;
; ## Denies
; An assignment expression, a starred value, a lambda, a conditional expression, `yield`, `await` or `as` where
; Python's grammar has none, or wants it in parentheses.
;
; ## Why
; The checker's parser accepts any expression in most places.
;
; ## Instead
; Put it in parentheses. A starred value goes into a list or a tuple: `[*values]`.
;
; ## Example
; x := 1   # refused
; (x := 1)
