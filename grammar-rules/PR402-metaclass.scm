; PR402 metaclass
;
; ## Denies
; `metaclass=` in a class definition, of anything but `ABCMeta` and `type`. Where a policy says `dunders: 'guarded'`, a guard
; looks at the metaclass when the class is made: those of the program's own, derived from `type` or `ABCMeta`, are let.
;
; ## Why
; A metaclass decides what a class is and sees every part of it while it is made. Classes of guests are made by a guard in
; that place, which looks at their bases and renames their private names.
;
; ## Instead
; For registration, write `__init_subclass__` or a class decorator; enums need no metaclass.
;
; ## Example
; class Shape(metaclass=Registry): ...   # refused
; class Shape(metaclass=ABCMeta): ...

((class_definition
    superclasses: (argument_list
      (keyword_argument name: (identifier) @deny value: (_) @value)))
  (#eq? @deny "metaclass")
  (#not-match? @value "^((abc|_abc)\\.)?ABCMeta$|^type$")
  (#set! message "a class cannot choose this metaclass")
  (#set! hint "write `__init_subclass__`, or a class decorator"))
