; PR132 outside-async
;
; ## Denies
; `await`, `async for` and `async with` in a plain function, a lambda, a class body, or an expression on its own. A program may
; await at the level of its module, where it waits for its host, and so may the body of a function (`mode: 'function'`).
;
; ## Why
; Python refuses the whole module with a SyntaxError.
;
; ## Instead
; Put the statement into an `async def`, and run that with `asyncio.run(main())`.
;
; ## Example
; def main():
;     await fetch()   # refused
;
; async def main():
;     await fetch()
