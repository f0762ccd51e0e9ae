; PR201 guard-name
;
; ## Denies
; Any use of a guard's name: `_getattr_`, `_getitem_`, `_write_` and the others that rewritten text calls.
;
; ## Why
; Rewritten code reaches other objects only by calling guards. Whoever binds a guard's name replaces the guard, and
; whoever names one can pass it on or call it with arguments of his own.
;
; ## Instead
; Choose another name. Only these exact names are reserved; `_getattr` or `getattr_` are free.

((identifier) @deny
  (#in? @deny guards)
  (#set! message "`{deny}` is the name of a guard")
  (#set! hint "choose another name"))
