/**
 * Loads checker and rewriter with a parser that stays as it starts. V8 soon compiles the parser's hottest function anew, with
 * all its optimisations, on another thread: 100 ms of work, for which the process waits when it ends, and a small file is
 * read in one. So that begins later here: a file of some ten thousand tokens still earns it. In a process of our own only:
 * the flag is everybody's.
 */
import { setFlagsFromString } from 'node:v8'

/** In V8's unit, about the bytes of WebAssembly that one function has run; its own default is 1.8 to 13 million. */
const TIERING_BUDGET = 2_000_000_000

/** The pipeline, loaded when it is used: a help text needs no parser. */
export function loadPipeline(): Promise<typeof import('../pipeline.js')> {
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`)
  return import('../pipeline.js')
}
