; PR604 syntax-warning
;
; ## Denies
; What CPython compiles with a SyntaxWarning: a backslash in a string that begins no escape, `is` with a literal, an assertion
; of a tuple, a call of a literal, `return`, `break` and `continue` in a `finally`. A warning: the code is accepted. In the
; outcome of a run it says what CPython says; `check`, which has no CPython, knows the common cases.
;
; ## Why
; The code almost surely means something else, and some of it is to be an error in later versions.
;
; ## Instead
; As the message says.

((string) @deny
  (#match? @deny "^[fFtTuU]?['\"]")
  (#match? @deny "(?<!\\\\)(?:\\\\\\\\)*\\\\[^\\s'\"\\\\abfnrtvxNuU0-7]")
  (#set! message "invalid escape sequence: this backslash begins none, and stays as it is")
  (#set! hint "double it, or write a raw string: `r'...'`"))

((string) @deny
  (#match? @deny "^[bB]['\"]")
  (#match? @deny "(?<!\\\\)(?:\\\\\\\\)*\\\\[^\\s'\"\\\\abfnrtvx0-7]")
  (#set! message "invalid escape sequence: this backslash begins none, and stays as it is")
  (#set! hint "double it, or write raw bytes: `br'...'`"))

((comparison_operator ["is" "is not"] [(integer) (float) (string) (tuple)]) @deny
  (#set! message "`is` with a literal: did you mean `==`?")
  (#set! hint "compare with `==` or `!=`"))

((comparison_operator [(integer) (float) (string) (tuple)] ["is" "is not"]) @deny
  (#set! message "`is` with a literal: did you mean `==`?")
  (#set! hint "compare with `==` or `!=`"))

((assert_statement (tuple)) @deny
  (#match? @deny "^assert\\s*\\([^()]*(?:\\([^()]*\\)[^()]*)*\\)\\s*$")
  (#set! message "assertion is always true, perhaps remove parentheses?"))

((call function: [(integer) (float) (string) (list) (tuple) (dictionary) (set)] @deny)
  (#set! message "this literal is not callable; perhaps you missed a comma?"))

((finally_clause (block (return_statement) @deny))
  (#set! message "'return' in a 'finally' block")
  (#set! hint "it drops an exception that is on its way: return behind the `try`"))

((finally_clause (block (if_statement (block (return_statement) @deny))))
  (#set! message "'return' in a 'finally' block")
  (#set! hint "it drops an exception that is on its way: return behind the `try`"))

((finally_clause (block [(break_statement) (continue_statement)] @deny))
  (#set! message "`break` and `continue` in a 'finally' block")
  (#set! hint "they drop an exception that is on its way: leave the loop behind the `try`"))
