; PR101 template-string
;
; ## Denies
; Template strings, `t"..."`.
;
; ## Why
; A template keeps the text of its expressions beside their values. Rewriting changes those texts, so a program
; that reads them would not see what was written.
;
; ## Instead
; Write an f-string, or pass the values beside a plain format string.
;
; ## Example
; t"{price} EUR"   # refused
; f"{price} EUR"

((string_start) @deny
  (#match? @deny "^[rR]?[tT]")
  (#set! message "template strings are not available")
  (#set! hint "write an f-string"))
