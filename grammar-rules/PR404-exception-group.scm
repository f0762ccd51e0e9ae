; PR404 exception-group
;
; ## Denies
; Subclasses of `ExceptionGroup` and `BaseExceptionGroup`.
;
; ## Why
; The interpreter trusts what their methods `split` and `derive` return; one that lies corrupts memory (CVE-2025-22153 and
; kin).
;
; ## Instead
; Raise an `ExceptionGroup` itself, or an exception of your own that holds a list.
;
; ## Example
; class Errors(ExceptionGroup): ...   # refused
; class Errors(Exception): ...

((class_definition superclasses: (argument_list (identifier) @deny))
  (#any-of? @deny "ExceptionGroup" "BaseExceptionGroup")
  (#set! message "a class cannot inherit from `{deny}`")
  (#set! hint "inherit from `Exception`, and keep the errors in a list"))
