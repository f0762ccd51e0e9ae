/**
 * The guarded text, written from left to right: source copied, text inserted, tokens replaced, and a record of each edit.
 *
 * Promises: linear in source and edits, whatever the nesting; no newline of the source is ever dropped and none is ever
 * added (no caller replaces one or inserts one), so that line N stays line N; edits come out ordered by position.
 */

/** Numbers per edit in {@link Rewriting.edits}: source offset, source length, guarded length, {@link PLAIN} or {@link NAME}. */
export const EDIT_SIZE = 4
/** An edit whose inside is nobody's text. */
export const PLAIN = 0
/**
 * An attribute's name turned into a string (`b` into `'b')`). CPython computes where an attribute on a continued line begins
 * as its end less its name's length, which then falls inside this edit and means its start.
 */
export const NAME = 1

/** A rewritten text. Offsets and lengths are UTF-16 code units. */
export interface Rewriting {
  readonly code: string
  /** Quadruples of {@link EDIT_SIZE}, by ascending source offset, none overlapping; `map.ts` reads them. */
  readonly edits: Int32Array
  /** Source offset where brackets first nest deeper than CPython reads ({@link MAX_BRACKETS}); -1 if nowhere. */
  readonly tooDeepAt: number
}

/** CPython's tokenizer gives up ("too many nested parentheses") beyond this many open brackets: `MAXLEVEL`. */
export const MAX_BRACKETS = 200

/** Appends to a guarded text; see the file's comment. Positions must not decrease from call to call. */
export class EditWriter {
  #code = ''
  /** Source offset up to which everything has been written. */
  #done = 0
  #edits = new Int32Array(64)
  #length = 0
  #last = ''
  #level = 0
  #tooDeepAt = -1

  constructor(readonly source: string) {}

  /** Inserts `text` before the source character at `at`. */
  insert(at: number, text: string): void {
    this.replace(at, at, text, PLAIN)
  }

  /** Inserts `text`, which begins with an underscore, so that it does not run into a keyword before it (`in[a].b`). */
  insertWord(at: number, text: string): void {
    const inserted = at === this.#done ? this.#last : ''
    const before =
      inserted === '' ? this.source.charCodeAt(at - 1) : inserted.charCodeAt(inserted.length - 1)
    // Of all words only a keyword can stand right before an expression, and all of those end in a small letter.
    this.replace(at, at, before >= 97 && before <= 122 ? ` ${text}` : text, PLAIN)
  }

  /** Inserts what stands within a string: its brackets count for nothing. */
  insertLiteral(at: number, text: string): void {
    this.#write(at, at, text, PLAIN)
  }

  /** Puts `text` in the place of the source between two offsets. */
  replace(from: number, to: number, text: string, flag: typeof PLAIN | typeof NAME): void {
    this.#count(from, text)
    this.#write(from, to, text, flag)
  }

  #write(from: number, to: number, text: string, flag: typeof PLAIN | typeof NAME): void {
    if (from > this.#done) {
      this.#code += this.source.slice(this.#done, from)
      this.#last = ''
    }
    this.#code += text
    this.#done = to
    if (text !== '') this.#last = text
    const at = this.#length
    // Insertions at one place are one edit: every position between them means that place.
    if (from === to && at > 0 && this.#edits[at - 4] === from && this.#edits[at - 3] === 0) {
      this.#edits[at - 2]! += text.length
      return
    }
    // A token for a token of the same length moves nothing.
    if (flag === PLAIN && text.length === to - from) return
    if (at === this.#edits.length) {
      const grown = new Int32Array(at * 2)
      grown.set(this.#edits)
      this.#edits = grown
    }
    const edits = this.#edits
    edits[at] = from
    edits[at + 1] = to - from
    edits[at + 2] = text.length
    edits[at + 3] = flag
    this.#length = at + EDIT_SIZE
  }

  /** Counts a bracket of the source that stays: `step` is 1 for an opening one, -1 for a closing one. */
  bracket(at: number, step: number): void {
    this.#level += step
    if (this.#level > MAX_BRACKETS && this.#tooDeepAt < 0) this.#tooDeepAt = at
  }

  #count(at: number, text: string): void {
    for (let i = 0; i < text.length; i += 1) {
      const c = text.charCodeAt(i)
      if (c === 40 || c === 91 || c === 123) this.bracket(at, 1)
      else if (c === 41 || c === 93 || c === 125) this.bracket(at, -1)
    }
  }

  /** Copies what is left of the source. */
  finish(): Rewriting {
    return {
      code: this.#code + this.source.slice(this.#done),
      edits: this.#edits.slice(0, this.#length),
      tooDeepAt: this.#tooDeepAt,
    }
  }
}

const NOT_ASCII = /[^\0-\x7f]/

/** Edits whose offsets and lengths count bytes of UTF-8, as the interpreter counts columns. A copy of them. */
export function utf8Edits(source: string, guarded: string, edits: Int32Array): Int32Array {
  const told = edits.slice()
  // A name that is written in other letters (`ﬁeld`) is plain ASCII in the guarded text.
  if (!NOT_ASCII.test(source)) return told
  const encoder = new TextEncoder()
  const bytes = (text: string, from: number, to: number): number =>
    encoder.encode(text.slice(from, to)).length
  let [done, at, shift] = [0, 0, 0]
  for (let i = 0; i < edits.length; i += EDIT_SIZE) {
    const [from, removed, inserted] = [edits[i]!, edits[i + 1]!, edits[i + 2]!]
    at += bytes(source, done, from)
    told[i] = at
    told[i + 1] = bytes(source, from, from + removed)
    told[i + 2] = bytes(guarded, from + shift, from + shift + inserted)
    at += told[i + 1]!
    done = from + removed
    shift += inserted - removed
  }
  return told
}
