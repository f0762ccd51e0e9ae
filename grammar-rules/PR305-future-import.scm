; PR305 future-import
;
; ## Denies
; `from __future__ import` of anything but the features of Python 3, and of those under another name.
;
; ## Why
; `barry_as_FLUFL` changes what `!=` means to the parser, so that two parsers would read two programs. The name that a
; future import binds does not exist for a guest.
;
; ## Instead
; Leave the line out: what it asks for is already so.
;
; ## Example
; from __future__ import barry_as_FLUFL   # refused
; from __future__ import annotations

((future_import_statement name: (dotted_name (identifier) @deny))
  (#not-in? @deny future-features)
  (#set! message "there is no future feature `{deny}`")
  (#set! hint "leave it out"))

((future_import_statement name: (aliased_import) @deny)
  (#set! message "a future feature cannot be imported under another name")
  (#set! hint "leave out the `as`"))
