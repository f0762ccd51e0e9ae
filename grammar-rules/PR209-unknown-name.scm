; PR209 unknown-name
;
; ## Denies
; Names that nobody binds: not the source, no builtin, and not among the names that the caller of `check` declared. Reported
; only when the caller declares names.
;
; ## Why
; Reading such a name raises NameError when the program runs; mostly it is a typing mistake.
;
; ## Instead
; Correct the name, assign it before it is read, or declare it: `check(source, { names: [...] })`.
;
; ## Example
; # names: price, quantity
; prise * quantity   # refused
; price * quantity
