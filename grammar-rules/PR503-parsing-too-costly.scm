; PR503 parsing-too-costly
;
; ## Denies
; A source that would take too much time or memory to parse: thousands of comment lines in a row that have quotes in
; them, thousands of lines that hold nothing but a backslash, or syntax so dense that its tree fills more than 512
; bytes for each character.
;
; ## Why
; The parser reads a run of comments anew at each of its lines, and its memory cannot be given back.
;
; ## Instead
; Split the source, or shorten its runs of comments.
