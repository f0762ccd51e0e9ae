; PR206 dunder-name
;
; ## Denies
; Names between double underscores, except a few to read (`__name__`, `__doc__`) and, at module level, a few to assign
; (`__all__`, `__version__`, `__author__` and kin). Keyword arguments of such names too, but for
; those of special methods: `dict(__str__=f)`.
;
; ## Why
; These are the interpreter's own: `__builtins__` holds every builtin, `__class__` in a method is the real class, and what
; Python looks up under such a name would obey whoever binds it.
;
; ## Instead
; Choose another name. Special methods are defined in classes, see PR401.
;
; ## Example
; print(__builtins__)   # refused

((keyword_argument name: (identifier) @deny)
  (#match? @deny "^__.+__$")
  (#not-in? @deny definable-methods)
  (#set! message "keyword argument `{deny}` is not available"))
