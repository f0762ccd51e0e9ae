; PR211 format-string
;
; ## Denies
; A format string that reads an attribute between double underscores, as in `"{0.__class__}".format(x)`.
;
; ## Why
; `str.format` reads attributes by name. The guard refuses these when the program runs; this rule says so early.
;
; ## Instead
; Format the value that you want to see: `"{}".format(type(x).__name__)`, or an f-string.
;
; ## Example
; "{0.__class__}".format(value)   # refused
; "{}".format(type(value).__name__)

((call
    function: (attribute
      object: (string (string_content) @deny)
      attribute: (identifier) @method))
  (#any-of? @method "format" "format_map")
  (#match? @deny "(?:^|[^{])(?:\\{\\{)*\\{[^{}]*\\.__\\w+__")
  (#set! message "the format string reads an attribute that is not accessible")
  (#set! hint "format the value itself, as in `'{}'.format(type(x).__name__)`"))
