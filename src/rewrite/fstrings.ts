/**
 * Replacement fields with `=`: they show their own source, which rewriting would change.
 *
 *     f'{x.y=}'         f'x.y={_getattr_(x,'y')!r}'
 *     f'{x["\n"]=}'     f'{'x["\\n"]='}{_getitem_(x,"\n")!r}'      where the text cannot stand in the string as it is
 *     t'{x["'"]=}'      t'x["\'"]={_getitem_(x,"'")!r}'           a template would count a field more
 *
 * Everything else in an f-string is rewritten in place: from Python 3.12 on its quotes may be reused inside.
 */
import type { Scan } from './scan.js'

/** `{a=!r:b}` in an f-string or in a format specifier. */
export function interpolation(scan: Scan, node: number): void {
  const { kinds } = scan
  const parts = scan.children(node)
  const equals = parts.findIndex((part) => scan.kind[part] === kinds.tokens.equals)
  if (equals < 0) return
  const brace = parts[equals + 1]!
  const shown = withoutComments(
    scan.tree.text.slice(scan.end[parts[0]!], scan.start[brace]).replaceAll('\r\n', '\n'),
  )
  scan.writer.insertLiteral(
    scan.start[node]!,
    canStand(scan, node, shown) ? shown : standIn(scan, node, shown),
  )
  scan.replace(parts[equals]!, '')
  // Without a conversion of its own or a specifier, such a field shows its value's repr.
  if (scan.kind[brace] === kinds.tokens.rightBrace) scan.replace(brace, '!r}')
}

/** What begins the string that holds `node`, as it is written: `f'`, `rt"""`. */
function opening(scan: Scan, node: number): string {
  let string = node
  while (scan.kind[string] !== scan.kinds.string) string = scan.tree.parent[string]!
  return scan.text(string + 1)
}

/** True when `shown` means itself within the string that holds `node`. */
function canStand(scan: Scan, node: number, shown: string): boolean {
  return !/[\\\n{}]/.test(shown) && !shown.includes(opening(scan, node).at(-1)!)
}

/** What stands for `shown` where it cannot stand itself. */
function standIn(scan: Scan, node: number, shown: string): string {
  const [, prefix, quote] = /^(\w*)(.*)$/.exec(opening(scan, node))!
  if (!/t/i.test(prefix!) || scan.kind[node] !== scan.kinds.interpolation)
    return `{${quoted(shown)}}`
  const escaped = quoted(shown).slice(1, -1).replaceAll('"', '\\"').replace(/[{}]/g, '$&$&')
  // A raw template is interrupted by one in which a backslash escapes.
  return /r/i.test(prefix!) ? `${quote} t'${escaped}' ${prefix}${quote}` : escaped
}

/** A literal of Python's that holds `text`. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`
}

/**
 * Cuts comments as CPython does (`set_ftstring_expr` in its lexer): by counting quotes, so that a `#` in a string may be taken
 * for a comment, too. Only the look for one knows of backslashes.
 */
export function withoutComments(text: string): string {
  if (!hasComment(text)) return text
  let kept = ''
  let quote = ''
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i]!
    if (c === '#' && quote === '') {
      while (i < text.length && text[i] !== '\n') i += 1
      if (i < text.length) kept += '\n'
      continue
    }
    quote = afterQuote(quote, c)
    kept += c
  }
  return kept
}

function hasComment(text: string): boolean {
  let quote = ''
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i]!
    if (c === '\\') i += 1
    else if (c === '#' && quote === '') return true
    else quote = afterQuote(quote, c)
  }
  return false
}

/** The quote that is open after `c`, when `quote` was open before it. */
function afterQuote(quote: string, c: string): string {
  if (quote === '') return c === '"' || c === "'" ? c : ''
  return c === quote ? '' : quote
}
