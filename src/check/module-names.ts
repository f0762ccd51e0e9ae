/** Names that modules have: what somebody meant who wrote one that nobody provides. */
import { MODULES } from '../trusted/language/modules.js'
import type { ModuleGrants } from './place.js'

/** Where such a name is most likely meant from, the likeliest first; other modules are not guessed. */
const LIKELY = [
  'math',
  'statistics',
  'datetime',
  'json',
  're',
  'random',
  'collections',
  'itertools',
  'functools',
]
const ALSO = [
  'decimal',
  'fractions',
  'dataclasses',
  'typing',
  'enum',
  'copy',
  'string',
  'time',
  'operator',
  'heapq',
]

/** What other languages, and the formulas of spreadsheets, call what Python has. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  null: 'write `None`',
  NULL: 'write `None`',
  nil: 'write `None`',
  undefined: 'write `None`',
  IF: 'write `a if test else b`',
  AND: 'write `a and b`',
  OR: 'write `a or b`',
  NOT: 'write `not a`',
}

/** The packages a module is in: `a` and `a.b` for `a.b.c`. */
export function packagesOf(module: string): readonly string[] {
  const parts = module.split('.')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'))
}

/** What to write for `name`, which is a module's or a name of one; undefined when it is neither. */
export function whereFrom(
  name: string,
  grants: ModuleGrants,
  isExpression: boolean,
): string | undefined {
  if (Object.hasOwn(ELSEWHERE, name)) return ELSEWHERE[name]
  const granted = (module: string): readonly string[] | undefined =>
    Object.hasOwn(grants, module) ? grants[module] : undefined
  const isGranted =
    granted(name) !== undefined ||
    Object.keys(grants).some((module) => module.startsWith(`${name}.`))
  if (isGranted) return `write \`import ${name}\` first`
  if (Object.hasOwn(MODULES, name))
    return `it is a module that the policy does not grant: \`"modules": { "${name}": "*" }\``
  const from = [...LIKELY, ...ALSO].find((module) => granted(module)?.includes(name) === true)
  if (from !== undefined) {
    return isExpression
      ? `write \`${from}.${name}\``
      : `write \`from ${from} import ${name}\` first`
  }
  const ungranted = LIKELY.find((module) => MODULES[module]!.includes(name))
  if (ungranted === undefined) return undefined
  return `it is in the module \`${ungranted}\`, which the policy does not grant`
}
