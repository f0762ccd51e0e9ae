; PR111 exec-statement
;
; ## Denies
; The exec statement of Python 2: `exec 'code'`.
;
; ## Why
; It is an error in Python 3.
;
; ## Instead
; Define a function and call it. The function `exec` is not available either.
