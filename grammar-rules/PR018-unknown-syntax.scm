; PR018 unknown-syntax
;
; ## Denies
; A kind of syntax that `grammar-rules/kinds.txt` does not list.
;
; ## Why
; The list was written for one version of the grammar, and every kind in it was looked at. What a newer grammar adds
; is refused until somebody has.
;
; ## Instead
; Use the grammar this version was built with (`tree-sitter-python` 0.25), or report the kind.
