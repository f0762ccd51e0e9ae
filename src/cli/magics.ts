/**
 * IPython's own commands in a cell: `%time f()`, `!ls`, `x = !ls`, `f?`, `%%bash`. They are no Python, and some of them run
 * programs of the machine. Taken out, the rest of the cell can be checked. Time is linear in the cell's length.
 */

/** One command, in offsets of the cell. */
export interface Magic {
  readonly start: number
  readonly end: number
  /** As it begins: `%time`, `!`, `?`. */
  readonly name: string
}

/** Commands for a whole cell after which Python follows; after any other, something else does. */
const PYTHON_CELLS = new Set(['%%time', '%%timeit', '%%capture', '%%prun'])

const COMMAND = /^(?:%{1,2}\w+|!{1,2}(?!=))/
const HELP = /^(?:(\?{1,2})[\w.*]+|[\w.]+(\?{1,2}))\s*$/
const TARGETS = /^[\w, \t]+$/

/** The commands of a cell, and its text with each of them blotted out by as many characters, so that places stay. */
export function findMagics(source: string): { text: string; magics: readonly Magic[] } {
  const name = /^%%\w+/.exec(source.trimStart())?.[0]
  if (name !== undefined && !PYTHON_CELLS.has(name))
    return {
      text: source.replace(/[^\r\n]/g, ' '),
      magics: [{ start: 0, end: source.trimEnd().length, name }],
    }
  const magics: Magic[] = []
  let text = ''
  for (let at = 0; at < source.length; ) {
    const line = lineAt(source, at)
    const found = commandIn(line)
    // A command goes on where its line ends with a backslash.
    let end = at + line.length
    while (found !== undefined && /\\\r?\n$/.test(source.slice(at, end)) && end < source.length)
      end += lineAt(source, end).length
    const whole = source.slice(at, end)
    if (found === undefined) text += whole
    else {
      const start = at + found.from
      magics.push({ start, end: at + whole.trimEnd().length, name: found.name })
      text += whole.slice(0, found.from) + blot(whole.slice(found.from))
    }
    at = end
  }
  return { text, magics }
}

/** A line with what ends it. */
function lineAt(source: string, start: number): string {
  const newline = source.indexOf('\n', start)
  return source.slice(start, newline < 0 ? source.length : newline + 1)
}

function commandIn(line: string): { from: number; name: string } | undefined {
  const begin = line.length - line.trimStart().length
  const words = line.slice(begin)
  const command = COMMAND.exec(words)?.[0]
  if (command !== undefined) return { from: begin, name: command }
  const help = HELP.exec(words)
  if (help !== null) return { from: begin, name: help[1] ?? help[2]! }
  const equals = words.indexOf('=')
  if (equals < 0 || !TARGETS.test(words.slice(0, equals))) return undefined
  const right = words.slice(equals + 1)
  const blanks = right.length - right.trimStart().length
  const assigned = COMMAND.exec(right.slice(blanks))?.[0]
  return assigned === undefined ? undefined : { from: begin + equals + 1 + blanks, name: assigned }
}

/** A harmless expression of the same length, in which lines end where they did. */
function blot(text: string): string {
  return `0${text.slice(1).replace(/[^\r\n]/g, ' ')}`
}
