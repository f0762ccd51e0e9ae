; PR021 overlong-name
;
; ## Denies
; A name that is not plain ASCII and has more than 1,000 characters, or more than 32 combining marks one after the other.
;
; ## Why
; Python reads every name in a normal form, in which combining marks have a fixed order. To put half a million of them into
; that order takes a quarter of a minute, before anything of the program runs.
;
; ## Instead
; Write a shorter name. Strings and comments may hold what they like.
