; PR301 module
;
; ## Denies
; Importing a module that the policy does not grant.
;
; ## Why
; A module is authority: `os` reads files, `socket` reaches the network, and many harmless ones hold such a module in
; an attribute. A guest gets the modules its policy names, each cut down to names that were reviewed.
;
; ## Instead
; Grant the module (`"modules": "standard"`, or `"modules": { "math": ["sqrt"] }`), or use what the message suggests. Modules
; that nobody reviewed cannot be granted.
;
; ## Example
; import os        # refused
; import math      # accepted where the policy grants it
