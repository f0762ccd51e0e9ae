; PR006 bidirectional-control
;
; ## Denies
; A bidirectional embedding, override or isolate (U+202A to U+202E, U+2066 to U+2069), also in strings and comments.
;
; ## Why
; They make an editor show the text in another order than it runs: a comment may look like code, and code like a
; comment ("Trojan Source", CVE-2021-42574). Marks of direction (U+200E, U+200F, U+061C), which Arabic and Hebrew
; texts need, are accepted.
;
; ## Instead
; In a string, write the character as an escape: `'\u202e'`.
