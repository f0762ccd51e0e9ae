/**
 * Stock Pyodide in which something is loaded already. That takes seconds; its memory is kept under the hash of all that decides it, and the
 * interpreters that are loaded later, in this run of the tests and in others, begin with a copy.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadPyodide, version, type PyodideInterface } from 'pyodide'
import { pyodideFile } from '../../src/image/sources.js'

const KEPT = join(import.meta.dirname, '../../node_modules/.cache/pyrestrict-interpreters')

/** One that has these files, by their paths, and has run `code`. Of each `name` one memory is kept. */
export async function loadInterpreter(
  name: string,
  files: ReadonlyMap<string, string>,
  code: string,
): Promise<PyodideInterface> {
  // Warnings about the programs under test would drown the report.
  const quiet = { stderr: () => undefined }
  const kept = join(
    KEPT,
    `${name}.${hashOf([version, process.version, code, ...[...files].flat()])}`,
  )
  const memory = readKept(kept)
  const python = await loadPyodide({
    ...quiet,
    ...(memory
      ? { _loadSnapshot: memory, createPyodideModule: withRoomFor(memory) }
      : { _makeSnapshot: true }),
  })
  for (const [path, text] of files) {
    python.FS.mkdirTree(dirname(path))
    python.FS.writeFile(path, text)
  }
  if (memory) return python
  python.runPython(code)
  keep(name, kept, python.makeMemorySnapshot())
  return python
}

/** Pyodide puts a memory back into a new one, which is smaller where that had grown: it grows when so much is asked for. */
function withRoomFor({ length }: Uint8Array) {
  return async (settings: object) => {
    const { default: make } = (await import(pyodideFile('pyodide.asm.mjs'))) as {
      default: (settings: object) => Promise<{ HEAP8: Int8Array; _malloc(size: number): number }>
    }
    const module = await make(settings)
    if (module.HEAP8.length < length) {
      module._malloc(length)
      module.HEAP8.fill(0, length)
    }
    return module
  }
}

function hashOf(parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}\0${part}`)
  return hash.digest('hex').slice(0, 32)
}

function readKept(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** Whole or not at all, since others may read it meanwhile; in place of what was kept before. */
function keep(name: string, path: string, memory: Uint8Array): void {
  mkdirSync(KEPT, { recursive: true })
  for (const old of readdirSync(KEPT))
    if (old.startsWith(`${name}.`)) rmSync(join(KEPT, old), { force: true })
  const unfinished = join(KEPT, `unfinished-${process.pid}`)
  writeFileSync(unfinished, memory)
  renameSync(unfinished, path)
}
