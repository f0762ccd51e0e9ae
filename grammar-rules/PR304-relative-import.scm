; PR304 relative-import
;
; ## Denies
; Relative imports, `from . import x`.
;
; ## Why
; A guest is one module and belongs to no package: there is nothing to be relative to.
;
; ## Instead
; Import by the full name of the module.
;
; ## Example
; from .shapes import area   # refused

((import_from_statement module_name: (relative_import) @deny)
  (#set! message "a relative import has no package to start from")
  (#set! hint "name the module in full"))
