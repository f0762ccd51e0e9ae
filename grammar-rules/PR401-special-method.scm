; PR401 special-method
;
; ## Denies
; Special methods and attributes that a class may not define: `__getattribute__`, `__class__`, `__buffer__` and others. The
; ordinary ones (`__init__`, `__eq__`, `__getattr__`, `__reduce__`, `__dir__`, `__del__`, `__enter__`, `__add__`, ...) are free.
;
; ## Why
; Trusted code would be lied to: `__getattribute__` answers inside a guard that asks a question, `__class__` where the library
; relies on the answer, `__buffer__` hands C code memory that is freed under it.
;
; ## Instead
; Write a property, a context manager, a class decorator, or a method with a name of its own; the message says which.
;
; ## Example
; class Record:
;     def __getattribute__(self, name):   # refused
;         return self.fields[name]
;
; class Record:
;     def __getattr__(self, name):
;         return self.fields[name]
