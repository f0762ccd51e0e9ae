/** Modules for a program to import: `--module NAME=FILE`, and with `--local-modules` those that lie beside it. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '../diagnostic.js'
import { createChecker } from '../pipeline.js'
import type { Arguments, Option } from './command.js'
import type { ProgramSource } from './run-source.js'
import { ReadError, readSource } from './read-source.js'
import { UsageError } from './status.js'

/** The two options, of `run`. */
export const MODULE_OPTIONS: Readonly<Record<string, Option>> = {
  module: {
    argument: 'NAME=FILE',
    many: true,
    describe:
      'A module that the program may import: Python, held to the same policy; may be given several times',
  },
  'local-modules': {
    describe:
      'Let the program import the Python files and packages beside it that it names, held to the same policy',
  },
}

/** A module's text, and the file it is from. */
export interface ModuleFile {
  readonly file: string
  readonly text: string
}

/** So many modules beside a program at most; the text of a stranger's decides which are looked for. */
const MOST_LOCAL = 1_000

/** The modules by name, for a program in that folder (undefined where it is in none), and in that package of it. @throws UsageError */
export async function modulesOf(
  args: Arguments,
  { folder, inside }: Pick<ProgramSource, 'folder' | 'inside'>,
  text: string,
  maxBytes: number,
): Promise<ReadonlyMap<string, ModuleFile>> {
  const found = new Map<string, ModuleFile>()
  for (const word of args.values('module')) {
    const equals = word.indexOf('=')
    if (equals < 1 || equals === word.length - 1)
      throw new UsageError(`--module: "${word}" is not NAME=FILE, as helpers=lib/helpers.py`)
    const name = word.slice(0, equals)
    if (found.has(name)) throw new UsageError(`--module: ${name} is given twice`)
    found.set(name, read(word.slice(equals + 1), maxBytes))
  }
  if (args.has('local-modules') || args.has('main-module')) {
    if (folder === undefined)
      throw new UsageError('--local-modules: the program is no file, and nothing is beside it')
    await addLocal(found, folder, { text, inside: inside?.split('.') ?? [] }, maxBytes)
  }
  return found
}

function read(file: string, maxBytes: number): ModuleFile {
  try {
    const { text, diagnostic } = readSource(file, maxBytes)
    if (diagnostic === undefined) return { file, text }
    throw new UsageError(`${file}: ${diagnostic.message}`)
  } catch (error) {
    if (!(error instanceof ReadError)) throw error
    throw new UsageError(`${file}: cannot be read: ${error.message}`)
  }
}

/** Adds what the program's imports name and is there, and what those name. */
async function addLocal(
  found: Map<string, ModuleFile>,
  folder: string,
  program: { readonly text: string; readonly inside: readonly string[] },
  maxBytes: number,
): Promise<void> {
  const checker = await createChecker({ modules: 'standard' })
  const todo = [program]
  for (let source = todo.pop(); source !== undefined; source = todo.pop()) {
    for (const { module, names = [] } of checker.check(source.text).imports) {
      const full = fullName(module, source.inside)
      if (full === undefined) continue
      const wanted = [full, ...names.map((name) => [...full, name])].filter(
        (parts) => parts.length > 0,
      )
      for (const name of wanted.flatMap(withPackages)) {
        const at = fileOf(folder, name)
        if (at === undefined || found.has(name.join('.'))) continue
        if (found.size >= MOST_LOCAL)
          throw new UsageError(`--local-modules: the program names more than ${MOST_LOCAL} modules`)
        const own = read(at.file, maxBytes)
        found.set(name.join('.'), own)
        todo.push({ text: own.text, inside: at.isPackage ? name : name.slice(0, -1) })
      }
    }
  }
}

/** The parts of a module's name; undefined for a relative one that leads out of everything. */
function fullName(module: string, inside: readonly string[]): readonly string[] | undefined {
  const dots = /^\.*/.exec(module)![0].length
  const rest = module
    .slice(dots)
    .split('.')
    .filter((part) => part !== '')
  if (dots === 0) return rest
  return dots > inside.length ? undefined : [...inside.slice(0, inside.length - dots + 1), ...rest]
}

/** The diagnostics, with the way to import a module that is refused and lies beside the program. */
export function withLocalHints(
  diagnostics: readonly Diagnostic[],
  folder: string | undefined,
): readonly Diagnostic[] {
  return diagnostics.map((one) => {
    const name = /^module `([\p{L}\p{N}_.]+)` is not available$/u.exec(one.message)?.[1]
    const found = name && folder !== undefined ? fileOf(folder, name.split('.')) : undefined
    if (found === undefined) return one
    return { ...one, hint: `\`--local-modules\` lets the program import ${found.file}` }
  })
}

/** A module and the packages that it is in. */
const withPackages = (parts: readonly string[]): readonly (readonly string[])[] =>
  parts.map((_, index) => parts.slice(0, index + 1))

function fileOf(
  folder: string,
  parts: readonly string[],
): { readonly file: string; readonly isPackage: boolean } | undefined {
  if (!parts.every((part) => /^[\p{L}][\p{L}\p{N}_]*$/u.test(part))) return undefined
  const path = join(folder, ...parts)
  const isFolder = existsSync(path) && statSync(path).isDirectory()
  const init = join(path, '__init__.py')
  if (isFolder && existsSync(init)) return { file: init, isPackage: true }
  return existsSync(`${path}.py`) ? { file: `${path}.py`, isPackage: false } : undefined
}
