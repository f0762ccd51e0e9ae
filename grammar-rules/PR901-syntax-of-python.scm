; PR901 syntax-of-python
;
; ## Denies
; Text that CPython's own parser or compiler refuses.
;
; ## Why
; The checker's parser is tolerant and accepts some programs that Python does not. The message is Python's own.
;
; ## Instead
; Correct the syntax.
