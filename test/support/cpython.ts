/** Stock CPython of the guest's version, to say what a program means: loaded once per test file. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadInterpreter } from './interpreter.js'

/** Functions of `test/support/*.py`, callable. */
export interface CPython {
  /** A function of a loaded file, as `file.name`; its results are strings, numbers, undefined for None, arrays for lists. */
  function<A extends unknown[], R>(name: string): (...args: A) => R
}

/** Loads the interpreter and imports the named files of this folder (`unguard` is `unguard.py`) in it. */
export async function loadCPython(...files: string[]): Promise<CPython> {
  const texts = files.map(
    (file) =>
      [
        `/home/pyodide/${file}.py`,
        readFileSync(join(import.meta.dirname, `${file}.py`), 'utf8'),
      ] as const,
  )
  const code = files.map((file) => `import ${file}`).join('\n')
  const python = await loadInterpreter(['cpython', ...files].join('-'), new Map(texts), code)
  const plain = (value: unknown): unknown => {
    const proxy = value as { toJs?: () => unknown; destroy?: () => void } | undefined
    if (typeof proxy?.toJs !== 'function') return value
    const copied = proxy.toJs()
    proxy.destroy?.()
    return copied
  }
  return {
    function<A extends unknown[], R>(name: string) {
      const callable = python.runPython(name) as (...args: A) => unknown
      return (...args: A): R => plain(callable(...args)) as R
    },
  }
}
