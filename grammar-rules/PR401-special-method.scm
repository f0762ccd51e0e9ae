; PR401 special-method
;
; ## Denies
; Special methods and attributes that a class may not define: `__class__`, `__buffer__`, `__dict__` and others. The
; ordinary ones (`__init__`, `__eq__`, `__getattribute__`, `__reduce__`, `__dir__`, `__del__`, `__enter__`, `__add__`, ...) are free.
;
; ## Why
; Trusted code would be lied to: `__class__` answers where the library relies on the answer, `__buffer__` hands C code memory
; that is freed under it.
;
; ## Instead
; Write a property, a context manager, a class decorator, or a method with a name of its own; the message says which.
;
; ## Example
; class Record:
;     def __buffer__(self, flags):   # refused
;         return memoryview(self.data)
;
; class Record:
;     def view(self):
;         return memoryview(self.data)
