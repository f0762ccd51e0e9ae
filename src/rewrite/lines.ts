/**
 * A text's lines, each ended by `\n`. Where they begin is found in one pass when it is first asked for, a nanosecond a
 * character: a program of a megabyte of blank lines must not occupy the host for the sake of a traceback.
 */
export class Lines {
  #starts: Int32Array | undefined

  constructor(readonly text: string) {}

  /** Offset where each line begins. */
  get starts(): Int32Array {
    return (this.#starts ??= startsOf(this.text))
  }

  get count(): number {
    return this.starts.length
  }

  /** Offset where a line ends, before its `\n`. */
  end(index: number): number {
    const { starts, text } = this
    return index + 1 < starts.length ? starts[index + 1]! - 1 : text.length
  }

  /** A line without its end, counted from 0; empty where there is none. */
  at(index: number): string {
    return index in this.starts ? this.text.slice(this.starts[index], this.end(index)) : ''
  }
}

const LINE_FEED = 10

function startsOf(text: string): Int32Array {
  let count = 1
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === LINE_FEED) count++
  const starts = new Int32Array(count)
  for (let at = 0, line = 1; line < count; at++)
    if (text.charCodeAt(at) === LINE_FEED) starts[line++] = at + 1
  return starts
}
