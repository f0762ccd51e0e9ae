; PR011 number-literal
;
; ## Denies
; A number as Python 2 or other languages write it: `0777`, `10L`, `1.0_`, `0x_`; a number that a letter follows, `0x1for x`.
;
; ## Why
; The checker's parser accepts them, Python does not; `0x1for x` is `0x1f or x` to it, and `0x1 for x` to those who read it.
;
; ## Instead
; Write octal numbers as `0o777`, and long ones without a suffix.
