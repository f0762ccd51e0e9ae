; PR212 judged-augmentation
;
; ## Denies
; Augmented assignment (`+=` and kin) to an attribute that has to be judged when the program runs (`format`, `registry`,
; `_name_` and kin), of anything but a plain name.
;
; ## Why
; The attribute is read and then written. Where it is judged, the object stands twice in the code that runs, so it must be one
; that can be named twice without doing anything twice.
;
; ## Instead
; Give the object a name first.
;
; ## Example
; report.title.format += '!'   # refused
;
; title = report.title
; title.format += '!'

((augmented_assignment
    left: (attribute object: (_) @object attribute: (identifier) @deny))
  (#in? @deny judged-attributes)
  (#not-match? @object "^[(\\s]*[^\\W\\d]\\w*[)\\s]*$")
  (#set! message "attribute `{deny}` of an expression cannot be assigned in place")
  (#set! hint "give the object a name first"))
