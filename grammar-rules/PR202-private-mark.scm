; PR202 private-mark
;
; ## Denies
; Names that hold U+02BC, the letter apostrophe, also after normalisation (`ŉ` stands for it and an n).
;
; ## Why
; When code runs, each private `_x` is kept under a name that begins with this letter, so that no source can spell the
; private names of the host and of the standard library. A source that could write the letter could spell them.
;
; ## Instead
; Choose a name without it.

((identifier) @deny
  (#match? @deny "ʼ")
  (#set! message "the name holds U+02BC, which is reserved for private names")
  (#set! hint "choose a name without it"))
