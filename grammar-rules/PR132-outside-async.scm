; PR132 outside-async
;
; ## Denies
; `await`, `async for` and `async with` outside of `async def`.
;
; ## Why
; Python refuses the whole module with a SyntaxError.
;
; ## Instead
; Put the statement into an `async def`, and run that with `asyncio.run(main())`.
;
; ## Example
; await fetch()   # refused
;
; async def main():
;     await fetch()
