; PR100 except-star
;
; ## Denies
; `except*`, which catches the parts of an exception group.
;
; ## Why
; CPython 3.14 trusts what a group's `split` method returns: a group that lies makes the interpreter read memory
; that is not its own (CVE-2025-22153 and kin). Nothing in Python can guard that.
;
; ## Instead
; Catch the exceptions one by one with `except`, or collect errors in a list.
;
; ## Example
; try:
;     work()
; except* ValueError:   # refused
;     pass
;
; try:
;     work()
; except ValueError:
;     pass

((except_clause "*" @deny)
  (#set! message "`except*` is not available")
  (#set! hint "write `except` for each exception"))
