/**
 * Tracebacks as CPython 3.14 prints them, from records of a guest's exception: chains, notes, groups, repeated frames folded.
 * The text holds what the guest chose (messages, names): whoever shows it on a terminal escapes it first.
 */
import { withCarets, type Segment } from './carets.js'

/** One level, its position mapped to the source as written. */
export interface TracebackFrame {
  readonly file: string
  readonly name: string
  readonly line: number
  /** The first of its lines, stripped; shown when there is no segment. */
  readonly source?: string | undefined
  /** What was executing, where known. */
  readonly segment?: Segment | undefined
}

/** An exception to be printed. */
export interface TracebackException {
  /** With its module, unless that is `builtins` or the guest's own. */
  readonly type: string
  readonly message: string
  /** What CPython adds to the message: the name that was probably meant. */
  readonly suggestion?: string | undefined
  readonly notes: readonly string[]
  readonly frames: readonly TracebackFrame[]
  /** How many frames were left out in the middle. */
  readonly truncated: number
  readonly cause?: TracebackException | undefined
  /** Only where it is to be shown. */
  readonly context?: TracebackException | undefined
  readonly exceptions?: readonly TracebackException[] | undefined
}

const CAUSE = '\nThe above exception was the direct cause of the following exception:\n\n'
const CONTEXT = '\nDuring handling of the above exception, another exception occurred:\n\n'
/** As many of equal frames are printed before they are counted. */
const REPEATED_FRAMES = 3
/** Characters of source lines that are shown, in all; beyond it a frame is told by its line's number. */
const MOST_SHOWN = 200_000
/** Of an exception group. */
const GROUP_WIDTH = 15
const GROUP_DEPTH = 10

/** The whole traceback; ends with a newline. */
export function renderTraceback(exception: TracebackException): string {
  return new Printer().exception(exception)
}

class Printer {
  #depth = 0
  #needClose = false
  #showable = MOST_SHOWN
  /** Frames of a recursion share their segments. */
  readonly #known = new Map<Segment, readonly string[]>()

  exception(exception: TracebackException): string {
    const chain: { message: string; exception: TracebackException }[] = []
    for (
      let link: TracebackException | undefined = exception;
      link;
      link = link.cause ?? link.context
    ) {
      chain.push({ message: link.cause ? CAUSE : link.context ? CONTEXT : '', exception: link })
    }
    let text = ''
    for (const { message, exception: link } of chain.reverse()) {
      text +=
        this.#emit(message) +
        (link.exceptions ? this.#group(link, link.exceptions) : this.#one(link))
    }
    return text
  }

  #one(exception: TracebackException): string {
    const stack =
      exception.frames.length > 0
        ? `Traceback (most recent call last):\n${this.#stack(exception)}`
        : ''
    return this.#emit(stack + finalLines(exception))
  }

  #group(exception: TracebackException, members: readonly TracebackException[]): string {
    if (this.#depth > GROUP_DEPTH) return this.#emit(`... (max_group_depth is ${GROUP_DEPTH})\n`)
    const isTop = this.#depth === 0
    if (isTop) this.#depth = 1
    let text = ''
    if (exception.frames.length > 0) {
      text += this.#emit('Exception Group Traceback (most recent call last):\n', isTop ? '+' : '|')
      text += this.#emit(this.#stack(exception))
    }
    text += this.#emit(finalLines(exception))
    const shown = Math.min(members.length, GROUP_WIDTH + 1)
    this.#needClose = false
    for (let i = 0; i < shown; i++) {
      const isLast = i === shown - 1
      if (isLast) this.#needClose = true
      const truncated = i >= GROUP_WIDTH
      text += `${this.#margin()}${i === 0 ? '+-' : '  '}+---------------- ${truncated ? '...' : i + 1} ----------------\n`
      this.#depth++
      const rest = members.length - GROUP_WIDTH
      text += truncated
        ? this.#emit(`and ${rest} more exception${rest > 1 ? 's' : ''}\n`)
        : this.exception(members[i])
      if (isLast && this.#needClose) {
        text += `${this.#margin()}+------------------------------------\n`
        this.#needClose = false
      }
      this.#depth--
    }
    if (isTop) this.#depth = 0
    return text
  }

  #stack({ frames, truncated }: TracebackException): string {
    let text = ''
    let last: TracebackFrame | undefined
    let count = 0
    const folded = (): string => {
      const more = count - REPEATED_FRAMES
      return more > 0 ? `  [Previous line repeated ${more} more time${more > 1 ? 's' : ''}]\n` : ''
    }
    for (const [index, frame] of frames.entries()) {
      const isOther =
        !last || last.file !== frame.file || last.line !== frame.line || last.name !== frame.name
      // What was left out of the middle of a recursion was more of the same.
      const skipped = index === frames.length >> 1 ? truncated : 0
      if (isOther || (skipped > 0 && count < REPEATED_FRAMES)) {
        text += folded()
        if (skipped > 0) text += `  [${skipped} frame${skipped > 1 ? 's' : ''} left out]\n`
        last = frame
        count = 0
      } else count += skipped
      count++
      if (count <= REPEATED_FRAMES) text += this.#frame(frame)
    }
    return text + folded()
  }

  #frame({ file, line, name, source, segment }: TracebackFrame): string {
    let lines = segment ? this.#carets(segment) : source ? [source] : []
    for (const text of lines) this.#showable -= text.length
    if (this.#showable < 0) lines = []
    return (
      [`  File "${file}", line ${line}, in ${name}`, ...lines.map((text) => `    ${text}`)].join(
        '\n',
      ) + '\n'
    )
  }

  #carets(segment: Segment): readonly string[] {
    const known = this.#known.get(segment)
    if (known) return known
    const lines = withCarets(segment)
    this.#known.set(segment, lines)
    return lines
  }

  #margin(): string {
    return '  '.repeat(this.#depth)
  }

  #emit(text: string, marginCharacter = '|'): string {
    if (this.#depth === 0 || text === '') return text
    const margin = `${this.#margin()}${marginCharacter} `
    const body = text.endsWith('\n') ? text.slice(0, -1) : text
    return `${margin}${body.replaceAll('\n', `\n${margin}`)}\n`
  }
}

function finalLines({ type, message, suggestion = '', notes }: TracebackException): string {
  const told = `${message}${suggestion}`
  return [told === '' ? type : `${type}: ${told}`, ...notes].join('\n') + '\n'
}
