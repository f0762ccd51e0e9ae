; PR207 unbindable-name
;
; ## Denies
; Binding `super` or `__debug__`: by assignment, as a parameter, a loop variable, an import, a function.
;
; ## Why
; The meaning of checked code depends on them: `super()` without arguments is trusted to be Python's own.
;
; ## Instead
; Choose another name.
;
; ## Example
; super = print   # refused
; parent = print
