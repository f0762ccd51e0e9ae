; PR007 inconsistent-indentation
;
; ## Denies
; A line that is indented like no enclosing block; a tab where the other lines of the block have spaces; an indented
; line where no block begins.
;
; ## Why
; Python refuses it, or takes the line into another block than the one it seems to be in. The checker's parser counts
; a tab as eight columns wherever it stands, Python up to the next multiple of eight.
;
; ## Instead
; Indent each block alike, with spaces only.
;
; ## Example
; if ready:
;         start()
;     stop()   # refused
