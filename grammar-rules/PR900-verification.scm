; PR900 verification
;
; ## Denies
; Rewritten text that is not in the residual language, as the guest's verifier reads it.
;
; ## Why
; What runs is parsed once more, by CPython itself, and verified there. The checker reads with another parser and has
; other mistakes; where the two disagree, the verifier has the last word.
;
; ## Instead
; Write the part that the position shows in another way. If `check` accepts the same source, please report it.
