; PR303 star-import
;
; ## Denies
; `from module import *`, but of a granted module, or one of the host's own, at the level of the module: their names are known.
;
; ## Why
; It binds names that nobody can see in the source: also over names that the rest of the source relies on. Neither a
; reader nor a checker could say what a name means afterwards.
;
; ## Instead
; Import the names that you use, or the module.
;
; ## Example
; from numpy import *   # refused
; from math import *
