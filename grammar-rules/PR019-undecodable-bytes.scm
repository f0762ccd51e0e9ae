; PR019 undecodable-bytes
;
; ## Denies
; A file whose bytes are not UTF-8. Found by the command line, which reads files; the library takes text.
;
; ## Why
; Python refuses such a file. Read with replacement characters it would be checked as another program than its author
; wrote, and a reader with another encoding would see a third one.
;
; ## Instead
; Save the file as UTF-8. In a bytes literal, write bytes beyond ASCII as escapes: `b'\xff'`.
