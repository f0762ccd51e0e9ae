; PR205 pattern-attribute
;
; ## Denies
; In a `match` pattern, attributes that can only be judged when the program runs: `format`, `register`, `__name__`,
; `_replace` and kin.
;
; ## Why
; Python itself reads the attributes that a pattern names, past every guard: `case str(format=f)` would hand out the
; real `str.format`, whose templates read any attribute of what they format.
;
; ## Instead
; Match the class alone, and read the attribute in the body or in an `if` guard.
;
; ## Example
; match value:
;     case str(format=f):   # refused
;         pass

([
   (keyword_pattern (identifier) @deny)
   (class_pattern (dotted_name (identifier) (identifier) @deny))
   (case_pattern (dotted_name (identifier) (identifier) @deny))
   (union_pattern (dotted_name (identifier) (identifier) @deny))
   (keyword_pattern (dotted_name (identifier) (identifier) @deny))
   (dict_pattern key: (dotted_name (identifier) (identifier) @deny))
 ]
  (#in? @deny judged-attributes)
  (#set! message "a pattern cannot read attribute `{deny}`")
  (#set! hint "match without it, and read the attribute in the body"))

([
   (keyword_pattern (identifier) @deny)
   (class_pattern (dotted_name (identifier) (identifier) @deny))
   (case_pattern (dotted_name (identifier) (identifier) @deny))
   (union_pattern (dotted_name (identifier) (identifier) @deny))
   (keyword_pattern (dotted_name (identifier) (identifier) @deny))
   (dict_pattern key: (dotted_name (identifier) (identifier) @deny))
 ]
  (#prefix-in? @deny judged-attribute-prefixes)
  (#not-in? @deny denied-attributes)
  (#set! message "a pattern cannot read attribute `{deny}`")
  (#set! hint "match without it, and read the attribute in the body"))
