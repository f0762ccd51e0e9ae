; PR208 denied-builtin
;
; ## Denies
; Builtins that no guest gets (`__import__`, `breakpoint`, ...), that evaluate text (`eval`, `exec`, `compile`) where the policy does
; not say `evaluate: true`, or that it does not grant. A name of your own, or one that the host provides, may be spelled like them.
;
; ## Why
; `__import__` takes any text for a module's name. To have text evaluated, which is checked like a source, is a right of its own,
; and what a policy leaves out is the host's decision.
;
; ## Instead
; Keep functions in a dict by name instead of evaluating text; parse data with `json.loads` or `int`.
;
; ## Example
; eval(operator)(a, b)      # refused
; OPERATORS[operator](a, b)
