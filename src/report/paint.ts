/** Colours for terminals, or none. */

/** Wraps texts in the escape sequences of a terminal's colours; the plain one returns them as they are. */
export interface Paint {
  readonly error: (text: string) => string
  readonly warning: (text: string) => string
  readonly strong: (text: string) => string
  readonly frame: (text: string) => string
  readonly hint: (text: string) => string
}

const sequence =
  (open: number, close: number) =>
  (text: string): string =>
    text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`
const same = (text: string): string => text

/** No colours: texts as they are. */
export const PLAIN: Paint = { error: same, warning: same, strong: same, frame: same, hint: same }

/** The colours of a terminal, as SGR sequences. An empty text stays empty. */
export const COLOURS: Paint = {
  error: (text) => sequence(1, 22)(sequence(31, 39)(text)),
  warning: (text) => sequence(1, 22)(sequence(33, 39)(text)),
  strong: sequence(1, 22),
  frame: sequence(34, 39),
  hint: sequence(36, 39),
}
