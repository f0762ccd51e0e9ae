/**
 * Names as CPython's compiler sees them: NFKC, and `__x` inside a class spelled `_Class__x`.
 *
 * CPython mangles an attribute's name but not a string, so `self.__x` has to become `_getattr_(self,'_C__x')`.
 */
import type { Scan } from './scan.js'

/** The name that `name`, an attribute's spelling at `node`, has at run time. */
export function privateName(scan: Scan, node: number, name: string): string {
  const normal = nfkc(name)
  if (!normal.startsWith('__') || normal.endsWith('__')) return normal
  const owner = mangledBy(scan, node, normal)
  const stem = owner?.replace(/^_+/, '')
  return stem ? `_${stem}${normal}` : normal
}

/** NFKC, as CPython normalizes identifiers. */
function nfkc(name: string): string {
  for (let i = 0; i < name.length; i += 1)
    if (name.charCodeAt(i) > 127) return name.normalize('NFKC')
  return name
}

/** The name of the class whose private names include `name` at `node`. */
function mangledBy(scan: Scan, node: number, name: string): string | undefined {
  const {
    kinds,
    tree: { parent, field },
  } = scan
  let inner = node
  for (let outer = parent[node]!; outer >= 0; inner = outer, outer = parent[outer]!) {
    if (scan.kind[outer] !== kinds.class_definition) continue
    const className = nfkc(scan.text(scan.child(outer, kinds.fields.name)))
    if (field[inner] === kinds.fields.body) return className
    const parameters = scan.child(outer, kinds.fields.type_parameters)
    // Bases of a plain class belong to the scope around it. Those of a generic one, and its type parameters, have a
    // scope of their own, where only the type parameters' names are mangled and no outer class counts.
    if (parameters >= 0) return declared(scan, parameters, name) ? className : undefined
  }
  return undefined
}

function declared(scan: Scan, parameters: number, name: string): boolean {
  return scan.children(parameters, true).some((type) => {
    // Its name comes first, before a bound or a default, whatever the grammar makes of those.
    let node = type
    while (node < scan.skip[type]! && scan.kind[node] !== scan.kinds.identifier) node += 1
    return node < scan.skip[type]! && nfkc(scan.text(node)) === name
  })
}
