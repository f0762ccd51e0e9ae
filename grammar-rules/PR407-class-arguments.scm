; PR407 class-arguments
;
; ## Denies
; `**` among the arguments of a class definition.
;
; ## Why
; What it holds is known only when the program runs, and it may hold a metaclass (see PR402).
;
; ## Instead
; Write the arguments out, or use a class decorator.
;
; ## Example
; class Shape(Base, **options): ...   # refused
; class Shape(Base, frozen=True): ...

((class_definition superclasses: (argument_list (dictionary_splat) @deny))
  (#set! message "a class definition takes no `**`")
  (#set! hint "write the arguments out"))
