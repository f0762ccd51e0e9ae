; PR501 nesting-too-deep
;
; ## Denies
; Syntax nested more deeply than the policy's `limits.depth`, 1,000 levels unless it says otherwise; a chain of so
; many `elif`.
;
; ## Why
; CPython in WebAssembly dies for good on some 4,000 nested expressions, and rewriting nests some more. Operators
; nest: a sum of a thousand terms is a thousand levels deep.
;
; ## Instead
; Give the inner parts names of their own; write `sum([...])` for a long sum.
