; PR008 leading-backslash
;
; ## Denies
; A line that holds nothing but a backslash before a statement.
;
; ## Why
; A backslash joins its line to the next. Python then counts the indentation of the first of the two, which nobody
; sees; other readers count that of the second, or both.
;
; ## Instead
; Remove the line.
