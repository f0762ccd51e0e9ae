; PR602 module-attribute
;
; ## Denies
; An attribute of an imported module that the guest's view of the module does not show. A warning: the code is accepted.
;
; ## Why
; Modules are seen through facets: the names that were reviewed and that the policy lists. Any other raises AttributeError
; when it is read. Private names, `module._x`, are never shown. A granted module is also seen through one that has imported it, as
; `uuid.sys`: of such names nothing is said.
;
; ## Instead
; Use one of the names the module shows.
;
; ## Example
; import json
; json.scanner   # raises AttributeError
; json.loads
