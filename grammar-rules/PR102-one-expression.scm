; PR102 one-expression
;
; ## Denies
; Anything but one expression, where the host asked for an expression (`mode: 'eval'`).
;
; ## Why
; An expression has a value; statements, several expressions, or nothing at all have none to give back.
;
; ## Instead
; Write one expression. Line breaks are possible inside brackets, comments and blank lines around it. A conditional
; value is `a if test else b`.
;
; ## Example
; # mode 'eval'
; price * 2
; x = price * 2   # refused
