; PR207 unbindable-name
;
; ## Denies
; Binding `super`, `__name__` or `__debug__`: by assignment, as a parameter, a loop variable, an import, a function.
;
; ## Why
; The meaning of checked code depends on them: `super()` without arguments is trusted to be Python's own, and
; `__name__` names the module that classes say they are from.
;
; ## Instead
; Choose another name.
;
; ## Example
; super = print   # refused
; parent = print
