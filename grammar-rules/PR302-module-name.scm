; PR302 module-name
;
; ## Denies
; Importing a name that a granted module does not show.
;
; ## Why
; Modules hold more than they are for: `json.codecs.builtins.eval` begins at a harmless import. A guest sees the names that
; were reviewed and that the policy lists, and no others.
;
; ## Instead
; Import one of the names the module shows; the message names the nearest.
;
; ## Example
; from json import codecs   # refused
; from json import loads
