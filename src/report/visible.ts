/**
 * Hostile text, made safe to show. What a checked source, its file name or a guest wrote may reach a terminal or a CI log:
 * there, escape sequences retitle windows and fill clipboards, bidi controls reorder what a reviewer reads, and lines
 * like `::set-output` or `##[command]` are obeyed by the runner. Everything printed passes through here.
 */

/**
 * What is shown as an escape: controls, format characters (bidi, zero width, tags), lone surrogates, unassigned and private
 * code points, characters that are drawn as nothing, and spaces that are not the ASCII one.
 */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u

/** Marks beyond the third on one letter, and marks on nothing: they would be drawn over other lines. */
const STACKED_MARKS = /(?<=\p{M}{3})\p{M}|(?<![\p{L}\p{N}\p{M}\p{S}\p{P}])\p{M}/u

/** `##[command]`, `##vso[...]`, `##teamcity[...]`: obeyed wherever they stand in a line. */
const RUNNER_COMMAND = /#(?=[A-Za-z]*\[)(?<=##)/

const UNSAFE = new RegExp(
  `${INVISIBLE.source}|${STACKED_MARKS.source}|${RUNNER_COMMAND.source}`,
  'gu',
)

/** One line of text with everything unsafe as Python would escape it: `\x1b`, `\u202e`, `\U000e0041`. */
export function visible(text: string): string {
  return text.replace(UNSAFE, pythonEscape)
}

/** The same piece by piece: stretches of safe text as they are, and each unsafe character with its escape. */
export function* visiblePieces(
  text: string,
): Generator<{ readonly raw: string; readonly shown: string }> {
  let at = 0
  for (const { 0: raw, index } of text.matchAll(UNSAFE)) {
    if (index > at) yield { raw: text.slice(at, index), shown: text.slice(at, index) }
    yield { raw, shown: pythonEscape(raw) }
    at = index + raw.length
  }
  if (at < text.length) yield { raw: text.slice(at), shown: text.slice(at) }
}

/** Several lines, each made visible; `\n` ends them. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

/** A file's name for the beginning of a line, where `::` would be a command. */
export function visibleName(name: string): string {
  return visible(name).replace(/^\s+|^:/, (start) => [...start].map(pythonEscape).join(''))
}

/** A JSON text with the same characters as `\uXXXX`. JSON.stringify leaves all beyond ASCII as it is, C1 controls too. */
export function visibleJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    character === '\n'
      ? character
      : [...character]
          .flatMap((one) => one.split(''))
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join(''),
  )
}

/** One character as Python escapes it in a string: `\n`, `\x1b`, `\u202e`, `\U000e0041`. */
export function pythonEscape(character: string): string {
  const code = character.codePointAt(0)!
  const hex = code.toString(16)
  if (character === '\n') return '\\n'
  if (character === '\r') return '\\r'
  if (character === '\t') return '\\t'
  return code <= 0xff
    ? `\\x${hex.padStart(2, '0')}`
    : code <= 0xffff
      ? `\\u${hex.padStart(4, '0')}`
      : `\\U${hex.padStart(8, '0')}`
}

/** Characters that terminals draw two columns wide: East Asian ones and emoji. */
const WIDE = new RegExp(
  '[\\u1100-\\u115f\\u2329\\u232a\\u2e80-\\u303e\\u3041-\\u33ff\\u3400-\\u4dbf\\u4e00-\\ua4cf\\ua960-\\ua97c' +
    '\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe10-\\ufe19\\ufe30-\\ufe6f\\uff01-\\uff60\\uffe0-\\uffe6\\u{16fe0}-\\u{18aff}' +
    '\\u{1b000}-\\u{1b2ff}\\u{1f200}-\\u{1f2ff}\\u{20000}-\\u{3fffd}]|\\p{Emoji_Presentation}',
  'u',
)
const MARK = /^\p{M}/u

/** Columns a terminal draws a text of visible characters in. */
export function columns(text: string): number {
  if (/^[\u0000-\u007f]*$/.test(text)) return text.length
  let width = 0
  for (const character of text) width += MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return width
}
