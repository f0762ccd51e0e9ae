; PR003 lone-carriage-return
;
; ## Denies
; A carriage return (U+000D) without a line feed after it, also in strings and comments.
;
; ## Why
; Python ends a line there; the checker's parser, and most editors, do not. Of `# note` and `import os` with only a
; carriage return between them, they see one comment.
;
; ## Instead
; End lines with a line feed, or with both. In a string, write `\r`.
