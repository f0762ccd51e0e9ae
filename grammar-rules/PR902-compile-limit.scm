; PR902 compile-limit
;
; ## Denies
; A source that becomes far more code than it is long, or that nests what the compiler copies.
;
; ## Why
; Compiling cannot be interrupted: 823 bytes of nested `finally` make 18 MB of code in six seconds.
;
; ## Instead
; Split the function; nest less.
