/** Whether what somebody has typed goes on in the next line, as Python's own prompt decides it. */

const STRING = /^(?:[rbfuRBFU]{0,2})('''|"""|'|")/

/** True where the text cannot stand as it is: an open bracket, string or line, or a block that an empty line has not ended. */
export function isOpen(lines: readonly string[]): boolean {
  const text = lines.join('\n')
  const { depth, isInString, plain } = scan(text)
  if (isInString || depth > 0 || /\\$/.test(text)) return true
  return lines.at(-1)!.trim() !== '' && /^[ \t]*@|:[ \t]*$/m.test(plain)
}

/** How many brackets are open at the end, whether a string with three quotes is, and the text that is in none of them. */
function scan(text: string): {
  readonly depth: number
  readonly isInString: boolean
  readonly plain: string
} {
  let depth = 0
  let plain = ''
  for (let at = 0; at < text.length; ) {
    const quote = STRING.exec(text.slice(at, at + 5))
    const character = text[at]!
    if (quote && !/\w/.test(text[at - 1] ?? '')) {
      const [whole, mark] = quote as unknown as [string, string]
      const end = endOf(text, at + whole.length, mark)
      if (end < 0) return { depth, isInString: mark.length === 3, plain }
      plain += '_'
      at = end
    } else if (character === '#') {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else {
      if ('([{'.includes(character)) depth++
      if (depth === 0) plain += character
      if (')]}'.includes(character)) depth--
      at++
    }
  }
  return { depth, isInString: false, plain }
}

/** Where a string ends that begins before `at`; -1 where it does not. */
function endOf(text: string, at: number, mark: string): number {
  for (; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text.startsWith(mark, at)) return at + mark.length
    else if (text[at] === '\n' && mark.length === 1) return at
  }
  return -1
}
