/**
 * Imports that a program can do without: those that never run here, those it is ready to miss, and those of its own start.
 * An unavailable module there is worth a warning; when the line does run, it raises ModuleNotFoundError.
 *
 *     try: import numpy                    if TYPE_CHECKING:          if __name__ == '__main__':
 *     except ImportError: numpy = None         import pandas              import doctest
 */
import type { Reading } from '../rules/reading.js'
import type { KnownKinds } from './kind-ids.js'

/** What `import` may raise, and what is wider. */
const CAUGHT = /\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b/
const TYPE_CHECKING = /^(?:\w+\.)?TYPE_CHECKING$/
const NEVER = /^(?:False|0|None)$/
const MAIN_GUARD = /^(?:__name__\s*==\s*(['"])__main__\1|(['"])__main__\2\s*==\s*__name__)$/
/** Conditions longer than this are none of these. */
const LONGEST = 60
/** Blocks around an import that are looked at; deeper ones count as outside. */
const MOST_LEVELS = 50

/** Whether the program can do without the import statement at `node`. */
export function isDispensable(reading: Reading, node: number, kinds: KnownKinds): boolean {
  const { kind, parent, field, skip, end, start } = reading.tree
  let sameFrame = true
  const condition = (statement: number): string => {
    const test = statement + 2
    if (end[test] - start[test] > LONGEST) return ''
    return reading
      .textOf(test)
      .replace(/^\((.*)\)$/s, '$1')
      .trim()
  }
  for (let at = node, level = 0; level < MOST_LEVELS; at = parent[at], level += 1) {
    const holder = parent[at]
    if (holder < 0) return false
    const here = kind[holder]
    if (here === kinds.function_definition || here === kinds.lambda) sameFrame = false
    else if (here === kinds.if_statement && field[at] === kinds.fields.consequence) {
      const test = condition(holder)
      if (TYPE_CHECKING.test(test) || MAIN_GUARD.test(test) || NEVER.test(test)) return true
    } else if (here === kinds.try_statement && sameFrame && field[at] === kinds.fields.body) {
      for (let child = skip[at]; child < skip[holder]; child = skip[child])
        if (kind[child] === kinds.except_clause && catches(child)) return true
    }
  }
  return false

  function catches(clause: number): boolean {
    let body = clause + 1
    while (body < skip[clause] && kind[body] !== kinds.block) body = skip[body]
    if (body === clause + 1 || body >= skip[clause]) return false
    const head = reading.textOf(clause).slice(0, Math.min(start[body] - start[clause], 1000))
    return CAUGHT.test(head) || /^except\s*:/.test(head)
  }
}
