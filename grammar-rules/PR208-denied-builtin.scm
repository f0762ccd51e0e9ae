; PR208 denied-builtin
;
; ## Denies
; Builtins that no guest gets (`eval`, `exec`, `compile`, `globals`, `locals`, `vars`, `__import__`, ...), or that the policy
; does not grant. A name of your own, or one that the host provides, may be spelled like them.
;
; ## Why
; `eval` and its kin run text that nobody has checked; `globals` and `vars` hand out the dicts in which names are kept,
; guards included. What a policy leaves out is the host's decision.
;
; ## Instead
; Keep functions in a dict by name instead of evaluating text; parse data with `json.loads` or `int`; keep values in a dict of
; your own instead of looking names up.
;
; ## Example
; eval(operator)(a, b)      # refused
; OPERATORS[operator](a, b)
