; PR204 introspection-attribute
;
; ## Denies
; Attributes that lead into the interpreter: `gi_frame`, `cr_code`, `tb_frame`, `co_code` and others of generators,
; coroutines, tracebacks and code, a frame's `f_builtins`, and `mro`, `cell_contents`. What tells of the program alone is judged when
; it is read: `gi_running`, `gi_yieldfrom`, `co_varnames`, `f_locals`.
;
; ## Why
; Generators, coroutines, tracebacks and frames lead to the variables of whoever called them, the library included, and
; `mro` to classes above the guest's own.
;
; ## Instead
; Rename an attribute of your own that is caught by this. `traceback.format_exc()` gives a traceback as text.
;
; ## Example
; generator.gi_frame.f_locals   # refused

([
   (attribute attribute: (identifier) @deny)
   (member_type (identifier) @deny)
   (keyword_pattern (identifier) @deny)
   (class_pattern (dotted_name (identifier) (identifier) @deny))
   (case_pattern (dotted_name (identifier) (identifier) @deny))
   (union_pattern (dotted_name (identifier) (identifier) @deny))
   (keyword_pattern (dotted_name (identifier) (identifier) @deny))
   (dict_pattern key: (dotted_name (identifier) (identifier) @deny))
 ]
  (#in? @deny denied-attributes)
  (#set! message "attribute `{deny}` is not accessible: it leads into the interpreter")
  (#set! hints introspection-hints)
  (#set! hint "if the attribute is your own, give it another name"))
