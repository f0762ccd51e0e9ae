; PR017 reserved-name
;
; ## Denies
; `async` or `await` as a name; a name that is `True`, `False` or `None` once its letters are normalised, as `Ｔrue`.
;
; ## Why
; The checker's parser takes them for names. Python normalises names (NFKC) and takes the first for keywords, the
; others for constants.
;
; ## Instead
; Choose another name.
