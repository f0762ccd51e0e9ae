/**
 * The grammar: loads tree-sitter's WebAssembly and the Python grammar, and tells kinds and fields by name.
 *
 * Promises: all files are found from `src/` and from `dist/`; a missing or unreadable one is an
 * {@link InstallationError}, never a half-working parser; an unknown kind or field name throws, so that a misspelt rule
 * cannot silently match nothing.
 */
import type { Language, Parser as TreeSitter } from 'web-tree-sitter'
import { InstallationError } from '../errors.js'
import { readInstallation, type CreateTreeSitter } from './installed.js'
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

/** The two WebAssembly files, for who may not read them where they are: a worker in its jail. */
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
  /**
   * Starts another in its place, with a memory of its own; takes some milliseconds. Keeps nothing of this one. Absent where
   * tree-sitter is shared with others.
   */
  readonly anew?: () => LoadedLanguage
}

/**
 * There is one shared tree-sitter in a process, whoever starts it, and only the first to start it is shown its memory: should
 * that be somebody else, this stays empty, and trees are read through the cursor.
 */
const SHARED: Heap = {}

/**
 * Starts tree-sitter and loads the grammar: an instance of its own from this installation's files, the shared one from
 * `files`. Throws {@link InstallationError} when either cannot be.
 */
export async function loadLanguage(files?: ParserFiles): Promise<LoadedLanguage> {
  try {
    return await (files === undefined ? loadOwn() : loadShared(files))
  } catch (cause) {
    throw new InstallationError(
      `cannot load the Python parser: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    )
  }
}

async function loadShared({ core, grammar }: ParserFiles): Promise<LoadedLanguage> {
  const { Language, Parser } = await import('web-tree-sitter')
  // Compiles on another thread while tree-sitter itself starts.
  const compiled = WebAssembly.compile(grammar as Uint8Array<ArrayBuffer>)
  // The heap doubles as the module object that Emscripten fills with its views; `wasmBinary` spares it a search.
  await Promise.all([Parser.init(Object.assign(SHARED, { wasmBinary: core })), compiled])
  return withGrammar({ Language, Parser }, await compiled, SHARED)
}

async function loadOwn(): Promise<LoadedLanguage> {
  const { core, grammar, create } = await readInstallation()
  const modules = await Promise.all([core, grammar].map((bytes) => WebAssembly.compile(bytes)))
  return start(create, modules[0]!, modules[1]!)
}

function start(
  create: CreateTreeSitter,
  core: WebAssembly.Module,
  grammar: WebAssembly.Module,
): LoadedLanguage {
  const heap: Heap = {}
  const binding = create()
  binding.Parser.init(
    Object.assign(heap, {
      instantiateWasm: (
        imports: WebAssembly.Imports,
        done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
      ) => done(new WebAssembly.Instance(core, imports), core),
      // Who has aborted is told by what is thrown: the host's standard error is not the place.
      printErr: () => {},
    }),
  )
  return {
    ...withGrammar(binding, grammar, heap),
    anew: () => start(create, core, grammar),
  }
}

function withGrammar(
  binding: { readonly Language: typeof Language; readonly Parser: new () => TreeSitter },
  compiled: WebAssembly.Module,
  heap: Heap,
): LoadedLanguage {
  const language = binding.Language.loadSync(compiled)
  const parser = new binding.Parser()
  parser.setLanguage(language)
  return { parser, language, grammar: describe(language), heap }
}

/**
 * Copies what it tells: the grammar outlives the tree-sitter that it is read from. No function in here may mention `language`,
 * which would keep that tree-sitter's memory for as long as the grammar.
 */
function describe(language: Language): Grammar {
  const names: (string | null)[] = []
  for (let id = 0; id < language.nodeTypeCount; id += 1) names.push(language.nodeTypeForId(id))
  const fields: (string | null)[] = []
  for (let id = 0; id <= language.fieldCount; id += 1) fields.push(language.fieldNameForId(id))
  const fieldIds = new Map(fields.map((name, id) => [name, id]))
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
      const name = id === ERROR_KIND ? 'ERROR' : names[id]
      if (name == null) throw new InstallationError(`the grammar has no kind ${id}`)
      return name
    },
    fieldId(name) {
      const id = fieldIds.get(name)
      if (id === undefined) throw new InstallationError(`the grammar has no field "${name}"`)
      return id
    },
    fieldName(id) {
      return id === 0 ? undefined : (fields[id] ?? undefined)
    },
  }
}
