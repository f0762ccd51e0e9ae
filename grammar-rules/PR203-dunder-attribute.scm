; PR203 dunder-attribute
;
; ## Denies
; Attributes between double underscores: read, written, deleted, or named in a pattern. Readable are `__name__`,
; `__qualname__`, `__doc__`, a program's own `__module__`, `object.__setattr__`, and the special methods that a class may define, as in
; `super().__init__(x)`, `Base.__init__(self, x)` and `object.__new__(cls)`: what they are asked of is judged at run time.
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

; Guards hand them out for the program's own objects, for plain data, and for instances of the program's own classes alone.
((attribute attribute: (identifier) @allow)
  (#in? @allow definable-methods))

((attribute object: (identifier) @object attribute: (identifier) @allow)
  (#eq? @object "object")
  (#eq? @allow "__setattr__"))
