/**
 * What a host puts into the hands of a guest: plain functions, functions to be awaited, and objects of which it shows listed
 * names. A guest holds none of them. It holds a name, or a token that the run gave it, and asks.
 */

/** Which names of an object a guest may use. What is not listed does not exist for it. */
export interface CapabilityOptions {
  /** Methods it may call. */
  readonly methods?: readonly string[] | undefined
  /** Methods that it awaits: coroutine functions in the guest. */
  readonly awaitable?: readonly string[] | undefined
  /** Properties it may read. */
  readonly read?: readonly string[] | undefined
  /** Properties it may write. One that it may read as well stands in both lists. */
  readonly write?: readonly string[] | undefined
  /**
   * Whether `x[key]`, `key in x`, `len(x)` and `for key in x` work (`'read'`), and `x[key] = …` and `del x[key]` too (`true`).
   * For a Map, an array, or an object with a null or plain prototype, whose own properties are its items. Default: none.
   */
  readonly items?: 'read' | boolean | undefined
}

/** The same with nothing left out. */
export type Shown = {
  readonly [K in keyof CapabilityOptions]-?: NonNullable<CapabilityOptions[K]>
}

/** A function that a guest awaits. Made by {@link awaitable}. */
export class Awaitable {
  constructor(readonly call: (...args: never[]) => unknown) {}
}

/**
 * An object that a guest may use by listed names. Made by {@link capability}. A function that is given one by its guest gets this, and
 * finds in `object` what it stands for.
 */
export class Capability {
  #isRevoked = false

  constructor(
    readonly object: object,
    readonly shown: Shown,
  ) {}

  get isRevoked(): boolean {
    return this.#isRevoked
  }

  /** From now on every use of it by any guest is a PermissionError, in runs that are under way too. */
  revoke(): void {
    this.#isRevoked = true
  }
}

/**
 * A function that the guest awaits: `await search(query)` or `asyncio.create_task(search(query))`. It is called with the guest's
 * arguments, then, where there are any, an object of its keyword arguments, and last a context: `signal` is aborted when the
 * guest no longer waits. How many arguments there are is the guest's to choose: check them, and the context with them.
 *
 * @example capabilities: { search: awaitable(async (query, { signal }) => fetchRows(query, signal)) }
 */
export function awaitable(call: (...args: never[]) => unknown): Awaitable {
  if (typeof call !== 'function') throw new TypeError('awaitable: must be given a function')
  return new Awaitable(call)
}

/** Names that lead from any object to all of JavaScript. None can be listed. */
const NEVER: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * An object of which a guest may use the listed names and no other: neither what its classes define beside them nor anything of
 * JavaScript's own. Its repr in the guest tells only the name under which it was given.
 *
 * @throws TypeError for a list that is none, a name that no Python source can spell or that leads out of the object, and a method
 *   that the object does not have.
 * @example capabilities: { doc: capability(document, { methods: ['save'], read: ['title'], write: ['status'] }) }
 */
export function capability(object: object, options: CapabilityOptions): Capability {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null)
    throw new TypeError('capability: must be given an object')
  const { methods = [], awaitable = [], read = [], write = [], items = false, ...rest } = options
  for (const key of Object.keys(rest)) throw new TypeError(`capability: unknown option "${key}"`)
  for (const [list, names] of Object.entries({ methods, awaitable, read, write })) {
    if (!Array.isArray(names)) throw new TypeError(`capability: ${list} must be a list of names`)
    for (const name of names as unknown[]) checkName(list, name)
  }
  if (![true, false, 'read'].includes(items))
    throw new TypeError('capability: items must be true, false or "read"')
  const both = methods.find((name) => awaitable.includes(name))
  if (both !== undefined)
    throw new TypeError(`capability: "${both}" is either called or awaited, not both`)
  for (const name of [...methods, ...awaitable]) {
    if (typeof propertyOf(object, name) !== 'function')
      throw new TypeError(`capability: the object has no method "${name}"`)
  }
  return new Capability(object, { methods, awaitable, read, write, items })
}

function checkName(list: string, name: unknown): void {
  if (typeof name !== 'string' || !/^[\p{ID_Start}][\p{ID_Continue}]*$/u.test(name))
    throw new TypeError(`capability: ${list} holds ${String(name)}, which is no public name`)
  if (NEVER.has(name)) throw new TypeError(`capability: "${name}" leads out of the object`)
}

/** A property of the object's own or of its classes, but not one that every object or function has. */
export function propertyOf(object: object, name: string): unknown {
  for (
    let holder: object | null = object;
    holder !== null;
    holder = Object.getPrototypeOf(holder)
  ) {
    if (holder === Object.prototype || holder === Function.prototype) return undefined
    if (Object.hasOwn(holder, name)) return Reflect.get(holder, name, object)
  }
  return undefined
}
