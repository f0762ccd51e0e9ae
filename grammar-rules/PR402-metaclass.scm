; PR402 metaclass
;
; ## Denies
; `metaclass=` in a class definition.
;
; ## Why
; A metaclass decides what a class is and sees every part of it while it is made. Classes of guests are made by a guard in
; that place, which looks at their bases and renames their private names.
;
; ## Instead
; For abstract classes, inherit from `abc.ABC`; for registration, use a class decorator; enums need no metaclass.
;
; ## Example
; class Shape(metaclass=ABCMeta): ...   # refused
; class Shape(ABC): ...

((class_definition
    superclasses: (argument_list
      (keyword_argument name: (identifier) @deny value: (_) @value)))
  (#eq? @deny "metaclass")
  (#match? @value "(^|\\.)ABCMeta$")
  (#set! message "a class cannot choose its metaclass")
  (#set! hint "inherit from `abc.ABC`"))

((class_definition
    superclasses: (argument_list
      (keyword_argument name: (identifier) @deny)))
  (#eq? @deny "metaclass")
  (#set! message "a class cannot choose its metaclass")
  (#set! hint "use a class decorator"))
