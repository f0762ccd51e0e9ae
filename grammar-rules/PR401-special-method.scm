; PR401 special-method
;
; ## Denies
; Special methods and attributes that a class may not define: `__getattribute__`, `__class__`, `__del__`, `__buffer__`
; and others. The ordinary ones (`__init__`, `__eq__`, `__getattr__`, `__reduce__`, `__dir__`, `__enter__`, `__add__`, ...) are free.
;
; ## Why
; The interpreter and trusted code ask them at moments of their own choosing: `__del__` while memory runs out,
; `__getattribute__` inside a guard that asks a question, `__class__` where the library relies on the answer.
;
; ## Instead
; Write a property, a context manager, a class decorator, or a method with a name of its own; the message says which.
;
; ## Example
; class File:
;     def __del__(self):        # refused
;         self.close()
;
; class File:
;     def __exit__(self, *error):
;         self.close()
