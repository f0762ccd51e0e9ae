; PR009 broken-line
;
; ## Denies
; A statement that goes on in the next line, with neither a bracket open nor a backslash at the end of its line; a
; backslash that ends the source.
;
; ## Why
; To Python a statement ends at the end of its line. The checker's parser reads on where no statement can end, as
; after `=`.
;
; ## Instead
; Put the expression in parentheses.
;
; ## Example
; total = price +
;     tax   # refused
; total = (price +
;     tax)
