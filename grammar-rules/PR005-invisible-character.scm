; PR005 invisible-character
;
; ## Denies
; A byte order mark, a zero-width space or a word joiner outside strings and comments.
;
; ## Why
; They cannot be seen. The checker's parser takes them for spaces, Python for errors.
;
; ## Instead
; Remove it. In a string, write it as an escape: `'\u200b'`. A byte order mark at the beginning of a *file* is taken
; off when the file is decoded; a text that is given to the library must not begin with one.
