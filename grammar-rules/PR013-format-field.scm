; PR013 format-field
;
; ## Denies
; In a replacement field of an f-string: a format over the end of the line, `\N{...}` or the string's own quotes in a
; format; a conversion other than `!r`, `!s`, `!a`; more than three fields within one another.
;
; ## Why
; Python reads these otherwise than the checker's parser does, or refuses them.
;
; ## Instead
; Compute the value, or its format, before the f-string. A format can be inserted: `{value:{format}}`.
