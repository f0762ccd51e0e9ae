; PR020 source-encoding
;
; ## Denies
; A declaration, in a comment on the first or second line, that the file has another encoding than UTF-8. One that
; changes nothing is accepted: an encoding that contains ASCII, on a file that is all ASCII. Found by the command line,
; which reads files; in text given to the library such a comment means nothing.
;
; ## Why
; Python decodes a file as its declaration says, and some encodings turn harmless ASCII into something else: in UTF-7,
; `+AAo-` is a newline, so that a comment becomes code. The guest gets text, and would run another program than Python.
;
; ## Instead
; Save the file as UTF-8 and remove the declaration, or declare `utf-8`.
;
; ## Example
; # -*- coding: utf-7 -*-   # refused
; # -*- coding: utf-8 -*-
