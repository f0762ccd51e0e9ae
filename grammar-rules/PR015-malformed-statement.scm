; PR015 malformed-statement
;
; ## Denies
; A statement, a pattern or a type that lacks a part, or has one too many: an empty block, `try` without `except`,
; `raise a, b`, `from a import b,`, a chain of annotated assignments, a positional argument after a keyword, a
; keyword twice, a `**` pattern that is not the last.
;
; ## Why
; The checker's parser accepts them, Python does not.
;
; ## Instead
; The message says what is wrong.
