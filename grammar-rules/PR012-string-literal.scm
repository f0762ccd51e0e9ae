; PR012 string-literal
;
; ## Denies
; A string with a prefix that Python has not (`ur''`), an escape that it refuses (`'\x4'`, `'\N'`), characters beyond
; ASCII in bytes, a string joined to bytes, and bytes in which `\N`, `\u` or `\U` stands before a quote or a
; backslash.
;
; ## Why
; Python refuses them; the last the checker's parser misreads, and takes what follows the string for a part of it:
; `b'\N';import os#'` is one string to it.
;
; ## Instead
; Double the backslash, or write a raw string.
