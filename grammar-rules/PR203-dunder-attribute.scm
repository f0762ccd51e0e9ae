; PR203 dunder-attribute
;
; ## Denies
; Attributes between double underscores: read, written, deleted, or named in a pattern. Readable are `__name__`,
; `__qualname__` and `__doc__`, and special methods of `super()` without arguments, as in `super().__init__(x)`.
;
; ## Why
; They lead from any value to the interpreter: `().__class__.__base__.__subclasses__()` reaches every class there is, and
; a function's `__globals__` the module that made it. Nearly every escape from a Python sandbox begins with one.
;
; ## Instead
; Use the function or the operator that the name stands for: `type(x)`, `len(x)`, `x[key]`, `a + b`, `super().__init__()`.
;
; ## Example
; value.__class__.__name__   # refused
; type(value).__name__
;
; Base.__init__(self, x)     # refused
; super().__init__(x)

((call
    function: (attribute attribute: (identifier) @deny)
    arguments: (argument_list (identifier) @self))
  (#eq? @deny "__init__")
  (#eq? @self "self")
  (#set! message "attribute `__init__` is not accessible on a class")
  (#set! hint "write `super().__init__(...)`"))

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
  (#match? @deny "^__.+__$")
  (#not-in? @deny readable-dunders)
  (#set! message "attribute `{deny}` is not accessible")
  (#set! hints dunder-attribute-hints))

; Zero-argument super() alone: with arguments it would hand out the methods of any class for any object.
((attribute
    object: (call function: (identifier) @function arguments: (argument_list) @arguments)
    attribute: (identifier) @allow)
  (#eq? @function "super")
  (#in? @allow definable-methods)
  (#match? @arguments "^\\((\\s|#[^\\n]*\\n)*\\)$"))
