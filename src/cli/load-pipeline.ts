/**
 * Loads checker and rewriter with a parser that stays as it starts. V8 soon compiles the parser's hottest function anew, with
 * all its optimisations, on another thread: 100 ms of work, for which the process waits when it ends, and a small file is
 * read in one. So that begins later here: a file of some ten thousand tokens still earns it. In a process of our own only:
 * the flag is everybody's.
 */
import { setFlagsFromString } from 'node:v8'
import { TIERING_BUDGET } from '../platform/node/quick-start.js'

/** The pipeline, loaded when it is used: a help text needs no parser. */
export function loadPipeline(): Promise<typeof import('../pipeline.js')> {
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`)
  return import('../pipeline.js')
}
