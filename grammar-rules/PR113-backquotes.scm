; PR113 backquotes
;
; ## Denies
; Backquotes, Python 2's `repr`.
;
; ## Why
; They are an error in Python 3. The checker's parser takes what is between them for a string, and would not look into
; it.
;
; ## Instead
; Write `repr(x)`.
