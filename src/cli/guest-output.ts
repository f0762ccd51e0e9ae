/**
 * What a guest writes, on its way to our stdout and stderr. Into a file or a pipe it goes as it is, like any program's. Where
 * something would act on it, that is taken away: on a terminal escape sequences other than colours, in a CI's log the
 * commands to its runner.
 */
import { visible } from '../report/visible.js'
import { isTerminal } from './output.js'

/** Colours and the like: `ESC [ digits m`. */
const STYLE = /(\u001b\[[\d;]{0,20}m|[\t\r\n])/

/** Shows a guest's text on a terminal: tabs, newlines, returns and colours work, all else that would act is an escape. */
export function terminalText(text: string): string {
  return text
    .split(STYLE)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join('')
}

/** Makes a filter for the log of a CI runner, which obeys `##[...]` anywhere and `::...` at the start of a line. */
export function createRunnerFilter(): (text: string) => string {
  // What has been written of the line so far, as far as it matters: blank, ends like the start of a command, or neither.
  let line = ''
  return (text) => {
    let shown = ''
    for (const character of text) {
      const breaks =
        (character === ':' && /^\s*:$/.test(line)) ||
        (character === '[' && /##[A-Za-z]*$/.test(line))
      shown += breaks ? `\u200b${character}` : character
      line =
        character === '\n' || character === '\r'
          ? ''
          : (line + character).replace(/^(\s)\s+/, '$1').slice(-40)
    }
    return shown
  }
}

/** Whether this process's output is read by a runner that obeys commands in it. */
export function isRunnerLog(env: NodeJS.ProcessEnv): boolean {
  return env['GITHUB_ACTIONS'] === 'true' || env['TF_BUILD'] === 'True'
}

/** What makes a stranger's text safe for whoever reads the stream. */
export function outputFilter(fd: 1 | 2): (text: string) => string {
  if (isTerminal(fd)) return terminalText
  return isRunnerLog(process.env) ? createRunnerFilter() : (text) => text
}
