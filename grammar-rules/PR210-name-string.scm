; PR210 name-string
;
; ## Denies
; A refused attribute's name as a literal string in `getattr`, `hasattr`, `setattr`, `delattr`, `attrgetter` or `methodcaller`.
; `hasattr` and `getattr` may ask for special methods that a class may define: `hasattr(x, '__iter__')`.
;
; ## Why
; It is the same attribute, spelled another way. The guards refuse it again when the program runs, also when the string
; is computed; this rule says so early, and with a position.
;
; ## Instead
; As for the attribute itself: see PR203 and PR204.
;
; ## Example
; getattr(value, '__class__')   # refused
; type(value)
