; PR112 diamond-operator
;
; ## Denies
; The operator `<>` of Python 2.
;
; ## Why
; It is an error in Python 3, but after `from __future__ import barry_as_FLUFL`.
;
; ## Instead
; Write `!=`.
