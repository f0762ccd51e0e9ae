; PR110 print-statement
;
; ## Denies
; The print statement of Python 2: `print x`, and `print >>file, x`.
;
; ## Why
; The first is an error in Python 3. The second is none, and prints nothing: it shifts the function `print` by `file`.
;
; ## Instead
; Write `print(x)`, and `print(x, file=file)`.
