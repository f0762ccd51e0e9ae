; PR002 null-character
;
; ## Denies
; A null character, also in strings and comments.
;
; ## Why
; Python refuses such a source. Readers written in C take a null for the end of the text, and would see less than
; there is.
;
; ## Instead
; In a string, write `\0`.
