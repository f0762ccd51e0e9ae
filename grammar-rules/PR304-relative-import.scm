; PR304 relative-import
;
; ## Denies
; Relative imports, `from . import x`.
;
; ## Why
; A program is one module and belongs to no package: there is nothing to be relative to. Modules of the host's own may, within their
; package.
;
; ## Instead
; Import by the full name of the module.
;
; ## Example
; from .shapes import area   # refused
