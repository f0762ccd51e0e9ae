; PR303 star-import
;
; ## Denies
; `from module import *`.
;
; ## Why
; It binds names that nobody can see in the source: also over names that the rest of the source relies on. Neither a
; reader nor a checker could say what a name means afterwards.
;
; ## Instead
; Import the names that you use, or the module.
;
; ## Example
; from math import *   # refused
; from math import pi, sqrt

((import_from_statement (wildcard_import) @deny)
  (#set! message "a star import hides which names it binds")
  (#set! hint "import the names that you use"))
