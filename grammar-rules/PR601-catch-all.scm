; PR601 catch-all
;
; ## Denies
; `except:` and `except BaseException:`. A warning: the code is accepted.
;
; ## Why
; A run that uses up its time, fuel, memory or output ends at once: no `except`, `finally` or `with` sees it. A handler that
; catches everything cannot clean up after a limit.
;
; ## Instead
; Catch `Exception`, or the exceptions that you expect.

((except_clause !value "except" @deny)
  (#set! message "`except:` does not catch the end of a run by a limit")
  (#set! hint "catch `Exception`, or what you expect"))

((except_clause value: (identifier) @deny)
  (#eq? @deny "BaseException")
  (#set! message "`except BaseException` does not catch the end of a run by a limit")
  (#set! hint "catch `Exception`, or what you expect"))

((except_clause value: (as_pattern (identifier) @deny))
  (#eq? @deny "BaseException")
  (#set! message "`except BaseException` does not catch the end of a run by a limit")
  (#set! hint "catch `Exception`, or what you expect"))
