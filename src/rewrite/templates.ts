/**
 * Template strings: a template tells the text of each expression, which rewriting would change.
 *
 *     t'{a.b!r} {c}'    _template_(t'{_getattr_(a,'b')!r} {c}', ('a.b','c',))
 */
import { quoted, withoutComments } from './fstrings.js'
import type { Scan } from './scan.js'

/** `t'...'`, where it is no part of a row of strings. */
export function string(scan: Scan, node: number): void {
  if (scan.kind[scan.tree.parent[node]!] !== scan.kinds.concatenated_string)
    template(scan, node, [node])
}

/** `t'...' t'...'`: one template. */
export function concatenatedString(scan: Scan, node: number): void {
  const parts = scan.children(node, true).filter((part) => scan.kind[part] === scan.kinds.string)
  template(scan, node, parts)
}

function template(scan: Scan, node: number, strings: readonly number[]): void {
  const { kind, kinds, skip } = scan
  if (!strings.some((part) => /^[rR]?[tT]/.test(scan.text(part + 1)))) return
  let texts = ''
  for (const part of strings) {
    for (let child = part + 1; child < skip[part]!; child = skip[child]!)
      if (kind[child] === kinds.interpolation) texts += `${quoted(expressionOf(scan, child))},`
  }
  scan.open(node, '_template_(')
  scan.after(node, `, (${texts}))`)
}

/** The expression of `{ expression = !r:spec}`, with the blanks before it and without those after it, as CPython tells it. */
function expressionOf(scan: Scan, interpolation: number): string {
  const { kinds } = scan
  const parts = scan.children(interpolation)
  const end = parts.findIndex(
    (part, at) =>
      at > 0 &&
      (scan.kind[part] === kinds.tokens.equals ||
        scan.kind[part] === kinds.tokens.rightBrace ||
        scan.kind[part] === kinds.type_conversion ||
        scan.kind[part] === kinds.format_specifier),
  )
  const text = scan.tree.text.slice(scan.end[parts[0]!], scan.start[parts[end]!])
  return withoutComments(text.replaceAll('\r\n', '\n')).trimEnd()
}
