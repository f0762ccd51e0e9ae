; PR603 unavailable-import
;
; ## Denies
; Importing what the policy does not grant, where the program can do without it: in a `try` that catches `ImportError` or
; wider, under `if TYPE_CHECKING:`, and under `if __name__ == '__main__':`. A warning: the code is accepted.
;
; ## Why
; Such an import never runs, or its failure is expected, or only the last lines of the program need it. When it does run, it
; raises ModuleNotFoundError, or ImportError for a name that the module does not show.
;
; ## Instead
; Grant the module, where the program is to have it; otherwise nothing.
;
; ## Example
; try:
;     import numpy      # raises ImportError, which is caught
; except ImportError:
;     numpy = None
