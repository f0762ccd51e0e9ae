/**
 * Class creation goes through a metaclass of ours, which judges what the body made.
 *
 *     class C:               class C(metaclass=_metaclass_):
 *     class C(B, k=v):       class C(B, k=v, metaclass=_metaclass_):
 *     class C(metaclass=M):  class C(metaclass=_metaclass_(M)):
 */
import type { Scan } from './scan.js'

/** `class C(...):` */
export function classDefinition(scan: Scan, node: number): void {
  const { kinds } = scan
  const args = scan.child(node, kinds.fields.superclasses)
  if (args < 0) {
    const parameters = scan.child(node, kinds.fields.type_parameters)
    scan.after(
      parameters < 0 ? scan.child(node, kinds.fields.name) : parameters,
      '(metaclass=_metaclass_)',
    )
    return
  }
  const metaclass = scan
    .children(args, true)
    .find(
      (each) => scan.kind[each] === kinds.keyword_argument && scan.text(each + 1) === 'metaclass',
    )
  if (metaclass !== undefined) {
    scan.wrap(scan.children(metaclass).at(-1)!, '_metaclass_(', ')')
    return
  }
  const last = scan.children(args).at(-2)!
  const k = scan.kind[last]
  // Right after the last argument: before the closing parenthesis a comment may stand.
  const separator = k === kinds.tokens.leftParen ? '' : k === kinds.tokens.comma ? ' ' : ', '
  scan.after(last, `${separator}metaclass=_metaclass_`)
}
