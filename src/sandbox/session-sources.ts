/** The sources that a session ran, under the names that their frames have: for the tracebacks of what they defined. */
import { Code, type SourceText } from './code.js'
import type { Compiled } from './compiler.js'
import type { SessionSource } from './snapshot.js'

/** A source, and its code once that is needed. */
interface Told extends SourceText {
  code?: Code
}

/** Characters of sources that are kept, each source counted as so many more; the oldest go first. */
const MOST_CHARACTERS = 4_000_000
const OVERHEAD = 1_000

/** @internal The sources of one session. Beyond {@link MOST_CHARACTERS} the oldest are forgotten. */
export class SessionSources {
  readonly #sources = new Map<string, Told>()
  /** How many runs there were: numbers the next. */
  runs = 0

  /** Those of a session that was saved, oldest first. */
  restore(sources: readonly SessionSource[], runs: number): void {
    this.runs = runs
    for (const source of sources) this.#sources.set(source.file, textOf(source))
  }

  /** The same, to be saved. */
  get saved(): { readonly runs: number; readonly sources: readonly SessionSource[] } {
    return { runs: this.runs, sources: [...this.#sources.values()].map(sourceOf) }
  }

  /** A name for the next run that stands for its source alone, so that frames of functions defined earlier show their own lines. */
  nameFor(wanted: string | undefined, source: string, firstLine = 1): string {
    this.runs++
    const base = wanted ?? `<run ${this.runs}>`
    for (let n = 1; ; n++) {
      const name = n === 1 ? base : `${base} (${n})`
      const known = this.#sources.get(name)
      if (!known || (known.source === source && (known.firstLine ?? 1) === firstLine)) return name
    }
  }

  remember(code: Code): void {
    this.#sources.delete(code.filename)
    this.#sources.set(code.filename, { ...told(code), code })
    let size = 0
    for (const { source } of this.#sources.values()) size += source.length + OVERHEAD
    for (const [file, { source }] of this.#sources) {
      if (size <= MOST_CHARACTERS || file === code.filename) break
      this.#sources.delete(file)
      size -= source.length + OVERHEAD
    }
  }

  find(file: string): Code | undefined {
    return this.#sources.get(file)?.code
  }

  /** Sees to it that these are found: what was run before a snapshot is compiled again, for the positions of its frames. */
  async fetch(
    files: ReadonlySet<string>,
    compile: (text: SourceText) => Promise<Compiled>,
  ): Promise<void> {
    for (const file of files) {
      const source = this.#sources.get(file)
      if (!source || source.code) continue
      const code = await compile(told(source))
      if (code instanceof Code) source.code = code
    }
  }

  clear(): void {
    this.#sources.clear()
  }
}

function told({ source, mode, filename, firstLine, parameters }: SourceText): Told {
  return { source, mode, filename, firstLine, parameters }
}

const textOf = ({ file: filename, source, mode, firstLine }: SessionSource): Told =>
  told({ source, mode, filename, firstLine, parameters: undefined })

const sourceOf = ({ filename: file, source, mode, firstLine = 1 }: Told): SessionSource => ({
  file,
  source,
  mode,
  firstLine,
})
