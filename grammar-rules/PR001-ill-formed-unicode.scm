; PR001 ill-formed-unicode
;
; ## Denies
; A lone surrogate: half of a pair of UTF-16 code units without the other half.
;
; ## Why
; It is no character, and no encoding of text can hold it: Python refuses such a source, and a reader that replaces it
; reads another program.
;
; ## Instead
; Write the character whole. In a string, a lone surrogate can be written as an escape: `'\ud800'`.
