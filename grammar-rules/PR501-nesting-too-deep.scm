; PR501 nesting-too-deep
;
; ## Denies
; Syntax nested more deeply than the policy's `limits.depth`, 10,500 levels unless it says otherwise; a chain of
; so many `elif`.
;
; ## Why
; CPython's compiler has stack for some 11,500 levels in WebAssembly, and for 2,300 branches of one `if`. Operators nest: a sum
; of a thousand terms is a thousand levels deep.
;
; ## Instead
; Give the inner parts names of their own; write `sum([...])` for a long sum.
