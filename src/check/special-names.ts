/** Which names between double underscores may be read and bound where, and names that may not be bound at all. */
import type { Code } from '../diagnostic.js'
import { DUNDER_NAME_HINTS, SPECIAL_METHOD_HINTS } from '../rules/hints.js'
import {
  CLASS_DUNDERS,
  DEFINED_METHODS,
  DENIED_BUILTINS,
  MODULE_DUNDERS,
  READABLE_DUNDER_NAMES,
  UNBINDABLE,
} from '../trusted/language/language.js'
import { shown, type Wording } from './findings.js'
import { CLASS_SCOPE, MODULE_SCOPE } from './symbols.js'

/** How a name is bound, as far as it matters here. */
export type Binding = 'assignment' | 'definition' | 'other'

/** A refusal of a name. */
export interface Refusal extends Wording {
  readonly code: Code
}

const readable = new Set(READABLE_DUNDER_NAMES)
const readableInside = new Set([
  ...READABLE_DUNDER_NAMES,
  ...CLASS_DUNDERS,
  ...DEFINED_METHODS,
  '__class__',
])
const assignableInClass = new Set([...CLASS_DUNDERS, ...DEFINED_METHODS])
const assignableInModule = new Set([...MODULE_DUNDERS, '__name__'])
const definable = new Set(DEFINED_METHODS)
const NONE: ReadonlySet<string> = new Set()
const unbindable = new Set(UNBINDABLE)

/** Why dunder `name` may not be read as a plain name in a scope of that kind; undefined when it may. */
export function refuseRead(name: string, scopeKind: number): Refusal | undefined {
  // A class body may use what it has defined: `__radd__ = __add__`. In functions such names are variables.
  if ((scopeKind === MODULE_SCOPE ? readable : readableInside).has(name)) return undefined
  // `__import__` is a builtin like `eval`, and reported as one.
  if (Object.hasOwn(DENIED_BUILTINS, name)) return undefined
  return {
    code: 'PR206',
    message: `name \`${shown(name)}\` is not available`,
    hint: hint(DUNDER_NAME_HINTS, name),
  }
}

/** Why `name`, a dunder or one of `UNBINDABLE`, may not be bound so in a scope of that kind; undefined when it may. */
export function refuseBinding(
  name: string,
  scopeKind: number,
  binding: Binding,
): Refusal | undefined {
  if (unbindable.has(name)) {
    return {
      code: 'PR207',
      message: `\`${name}\` cannot be bound: its meaning is fixed`,
      hint: 'choose another name',
    }
  }
  if (scopeKind === CLASS_SCOPE) {
    const permitted =
      binding === 'definition' ? definable : binding === 'assignment' ? assignableInClass : NONE
    if (permitted.has(name)) return undefined
    return {
      code: 'PR401',
      message:
        binding === 'definition' || !definable.has(name)
          ? `a class cannot define \`${shown(name)}\``
          : `\`${name}\` is bound by \`def\` or by an assignment`,
      hint: hint(SPECIAL_METHOD_HINTS, name),
    }
  }
  if (scopeKind !== MODULE_SCOPE && binding !== 'other' && definable.has(name)) return undefined
  if (scopeKind === MODULE_SCOPE && binding === 'assignment' && assignableInModule.has(name))
    return undefined
  return {
    code: 'PR206',
    message: `name \`${shown(name)}\` cannot be bound here`,
    hint: definable.has(name) ? 'define special methods in a class' : 'choose another name',
  }
}

function hint(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
