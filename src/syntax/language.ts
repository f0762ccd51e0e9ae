/**
 * The grammar: loads tree-sitter's WebAssembly and the Python grammar, and tells kinds and fields by name.
 *
 * Promises: both files are found from `src/` and from `dist/`; a missing or unreadable one is an
 * {@link InstallationError}, never a half-working parser; an unknown kind or field name throws, so that a misspelt rule
 * cannot silently match nothing.
 */
import { Language, Parser as TreeSitter } from 'web-tree-sitter'
import { InstallationError } from '../errors.js'
import { ERROR_KIND } from './tree.js'

/** Names of kinds and fields, as the parser's numbers. */
export interface Grammar {
  /** Id of a kind. Anonymous kinds are tokens: `kindId('await', false)`. Throws `InstallationError` if there is none. */
  kindId(name: string, named?: boolean): number
  /** Name of a kind id, `'ERROR'` for 65535; throws on an id that is no kind. */
  kindName(id: number): string
  /** Id of a field. Throws `InstallationError` if the grammar has none of that name. */
  fieldId(name: string): number
  /** Name of a field id, undefined for 0. */
  fieldName(id: number): string | undefined
  /** Every visible kind of the grammar, once each, without ERROR. */
  readonly kinds: readonly Kind[]
}

/** One visible kind of the grammar. */
export interface Kind {
  readonly id: number
  readonly name: string
  /** False for tokens, which are spelled as their name. */
  readonly named: boolean
}

/** tree-sitter's Emscripten module, once started: its memory, seen four ways. The views change when memory grows. */
export interface Heap {
  HEAPU8?: Uint8Array
  HEAPU16?: Uint16Array
  HEAPU32?: Uint32Array
}

/** The two WebAssembly files, for hosts that hold them elsewhere than in `node_modules` (a browser, a bundle). */
export interface ParserFiles {
  /** `web-tree-sitter.wasm`. */
  readonly core: Uint8Array
  /** `tree-sitter-python.wasm`. */
  readonly grammar: Uint8Array
}

/** A started tree-sitter with the Python grammar in it. */
export interface LoadedLanguage {
  readonly parser: TreeSitter
  readonly language: Language
  readonly grammar: Grammar
  /** Empty when somebody else in this process started tree-sitter first: its memory is then not ours to see. */
  readonly heap: Heap
}

/**
 * There is one tree-sitter in a process, whoever starts it, and only the first to start it is shown its memory: should that
 * be somebody else, this stays empty, and trees are read through the cursor.
 */
const HEAP: Heap = {}

/** Starts tree-sitter and loads the grammar. Throws {@link InstallationError} when either cannot be. */
export async function loadLanguage(files?: ParserFiles): Promise<LoadedLanguage> {
  try {
    const { core, grammar } = files ?? (await readFiles())
    // Compiles on another thread while tree-sitter itself starts.
    const compiled = WebAssembly.compile(grammar as Uint8Array<ArrayBuffer>)
    // The heap doubles as the module object that Emscripten fills with its views; `wasmBinary` spares it a search.
    await Promise.all([TreeSitter.init(Object.assign(HEAP, { wasmBinary: core })), compiled])
    const language = Language.loadSync(await compiled)
    const parser = new TreeSitter()
    parser.setLanguage(language)
    return { parser, language, grammar: describe(language), heap: HEAP }
  } catch (cause) {
    throw new InstallationError(
      `cannot load the Python parser: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    )
  }
}

async function readFiles(): Promise<ParserFiles> {
  // Imported here, so that a browser, which brings its own files, need not have them.
  const [{ createRequire }, { readFile }] = await Promise.all([
    import('node:module'),
    import('node:fs/promises'),
  ])
  const { resolve } = createRequire(import.meta.url)
  const [core, grammar] = await Promise.all([
    readFile(resolve('web-tree-sitter/web-tree-sitter.wasm')),
    // Copied by write-grammar.ts; the same from `src/`, from `dist/` and from the bundle.
    readFile(new URL('../../dist/grammar/tree-sitter-python.wasm', import.meta.url)),
  ])
  return { core, grammar }
}

function describe(language: Language): Grammar {
  const kinds: Kind[] = []
  const ids = new Map<string, number>([['ERROR', ERROR_KIND]])
  for (let id = 1; id < language.nodeTypeCount; id += 1) {
    const name = language.nodeTypeForId(id)
    if (name === null || !language.nodeTypeIsVisible(id)) continue
    const named = language.nodeTypeIsNamed(id)
    // Several symbols may share a name (aliases); trees hold only the public one.
    const key = named ? name : `"${name}`
    if (language.idForNodeType(name, named) !== id || ids.has(key)) continue
    ids.set(key, id)
    kinds.push({ id, name, named })
  }
  return {
    kinds,
    kindId(name, named = true) {
      const id = ids.get(named ? name : `"${name}`)
      if (id === undefined)
        throw new InstallationError(`the grammar has no ${named ? 'kind' : 'token'} "${name}"`)
      return id
    },
    kindName(id) {
      const name = id === ERROR_KIND ? 'ERROR' : language.nodeTypeForId(id)
      if (name === null) throw new InstallationError(`the grammar has no kind ${id}`)
      return name
    },
    fieldId(name) {
      const id = language.fieldIdForName(name)
      if (id === null) throw new InstallationError(`the grammar has no field "${name}"`)
      return id
    },
    fieldName(id) {
      return id === 0 ? undefined : (language.fieldNameForId(id) ?? undefined)
    },
  }
}
