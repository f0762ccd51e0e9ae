; PR004 vertical-tab
;
; ## Denies
; A vertical tab (U+000B) outside strings and comments.
;
; ## Why
; The checker's parser takes it for a space, Python for an error.
;
; ## Instead
; Use a space. In strings and comments it is harmless.
