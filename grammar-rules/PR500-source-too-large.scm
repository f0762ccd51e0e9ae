; PR500 source-too-large
;
; ## Denies
; A source of more bytes, in UTF-8, than the policy's `limits.sourceBytes`: 1 MiB unless it says otherwise. It is not read.
;
; ## Why
; Time and memory for reading grow with the source.
;
; ## Instead
; Keep data outside the source.
