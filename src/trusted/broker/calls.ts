/**
 * The effects `call`, `get`, `set` and `item`: a guest calls functions of its host, and uses objects of its host by the names that
 * were listed. Targets are `lookup`, `doc.save`, `doc.title`, `doc`; an object that a call answered has a token in place of the
 * name, which holds for its run.
 */
import { Awaitable, Capability, propertyOf, type Shown } from './capability.js'
import { GuestError, type Effect, type Question, type Rule } from './effect.js'

/** What a host grants under one name. */
export type Granted = ((...args: never[]) => unknown) | Awaitable | Capability

/** How an object is told to a guest: by its token and what of it is shown. */
export interface Told {
  readonly token: string
  readonly shown: Shown
}

/** What the token of an object begins with that a call answered; no name does. */
const TOKEN = 'object#'

/** The objects of one run, by the tokens that the guest was given for them. */
export class Objects {
  readonly #byToken = new Map<string, Capability>()
  readonly #tokens = new Map<Capability, string>()
  readonly #byObject = new Map<object, Capability>()
  /** Of this run alone: what an earlier run of a session was given names nothing in a later one. */
  readonly #run = crypto.randomUUID().slice(0, 8)

  constructor(private readonly granted: CallsOptions['granted']) {
    for (const [name, value] of Object.entries(granted)) {
      if (!(value instanceof Capability)) continue
      this.#byToken.set(name, value)
      this.#tokens.set(value, name)
      this.#byObject.set(value.object, value)
    }
  }

  /** Whether something was granted under the name, or it is the token of an object of this run. */
  knows(name: string): boolean {
    return Object.hasOwn(this.granted, name) || this.#byToken.has(name)
  }

  /** What was granted and which name of it: `erp.doc.save` is `save` of `erp.doc`. Nothing that is shown has a dot in its name. */
  partsOf(target: string): readonly [name: string, member?: string] {
    const dot = target.lastIndexOf('.')
    return dot < 0 || this.knows(target) ? [target] : [target.slice(0, dot), target.slice(dot + 1)]
  }

  /** The object of the token; undefined for one that this run was never given. */
  get(token: string): Capability | undefined {
    return this.#byToken.get(token)
  }

  /** The capability by which this run knows a host's object: it is never shown to the guest in any other way. */
  of(object: unknown): Capability | undefined {
    return this.#byObject.get(object as object)
  }

  /** Gives the guest the object, under the same token each time. */
  tell(object: Capability): Told {
    let token = this.#tokens.get(object)
    if (token === undefined) {
      token = `${TOKEN}${this.#run}-${this.#tokens.size + 1}`
      this.#tokens.set(object, token)
      this.#byToken.set(token, object)
      this.#byObject.set(object.object, object)
    }
    return { token, shown: object.shown }
  }
}

/** What is granted, and what the policy says of it. */
export interface CallsOptions {
  readonly granted: Readonly<Record<string, Granted>>
  readonly objects: Objects
  /** What the policy says of a name; `calls`, `approve` and `timeoutMs` fall back to these. */
  readonly rules: Readonly<Record<string, Partial<Omit<Rule, 'path'>>>>
  readonly timeoutMs: number
}

type Operation = (options: CallsOptions, question: Question, signal: AbortSignal) => unknown

/** The four effects, which share objects and rules. */
export function callEffects(options: CallsOptions): Map<string, Effect> {
  return new Map(
    Object.entries(OPERATIONS).map(([name, perform]): [string, Effect] => [
      name,
      {
        rule: (target) => ruleOf(target, options),
        perform: (question, signal) => perform(options, question, signal),
        close() {},
      },
    ]),
  )
}

/** What the policy says of a target; undefined where nothing was granted under its name. */
function ruleOf(
  target: string,
  { objects, rules, timeoutMs }: CallsOptions,
): Rule | string | undefined {
  const [name] = objects.partsOf(target)
  if (!objects.knows(name))
    return name.startsWith(TOKEN)
      ? `${target}: the object was given to an earlier part of this run, or another: ask for it again`
      : undefined
  // What is said of a module or an object holds for what is in it, where nothing else is said of that.
  const parts = target.split('.')
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('.'))
  const spoken = paths.filter((path) => Object.hasOwn(rules, path))
  const said = Object.assign({}, ...spoken.map((path) => rules[path])) as Partial<Rule>
  const path = `capabilities.${spoken.at(-1) ?? name}`
  const { calls, approve = false, timeoutMs: own_ms = timeoutMs } = said
  return { path, calls, approve, timeoutMs: own_ms }
}

/** What each effect does, by its name. */
const OPERATIONS: Record<string, Operation> = {
  /** A function, or a method that is shown. One that is awaited is given the signal that nobody waits for it any more. */
  call({ granted, objects }, { target, args, kwargs }, signal) {
    const [name, method] = objects.partsOf(target)
    const named = Object.keys(kwargs).length > 0 ? [kwargs] : []
    if (method === undefined) {
      const value = Object.hasOwn(granted, name) ? granted[name] : undefined
      if (value instanceof Awaitable)
        return Reflect.apply(value.call, undefined, [...args, ...named, { signal }])
      if (typeof value === 'function') return Reflect.apply(value, undefined, [...args, ...named])
      throw new GuestError('TypeError', `${name} is not a function`)
    }
    const { object, shown } = objectOf(objects, name, target)
    const isAwaited = shown.awaitable.includes(method)
    if (!isAwaited && !shown.methods.includes(method)) throw noName(target)
    const found = propertyOf(object, method)
    if (typeof found !== 'function') throw noName(target)
    const context = isAwaited ? [{ signal }] : []
    return Reflect.apply(found, object, [...args, ...named, ...context])
  },

  get({ objects }, { target }) {
    const [name, property = ''] = objects.partsOf(target)
    const { object, shown } = objectOf(objects, name, target)
    if (!shown.read.includes(property)) throw noName(target)
    return propertyOf(object, property)
  },

  set({ objects }, { target, args }) {
    const [name, property = ''] = objects.partsOf(target)
    const { object, shown } = objectOf(objects, name, target)
    if (!shown.write.includes(property)) throw noName(target)
    if (!Reflect.set(object, property, args[0]))
      throw new GuestError('PermissionError', `${target} cannot be written`)
    return null
  },

  item({ objects }, { target, args }) {
    return itemOf(objectOf(objects, target, target), String(args[0]), args[1], args[2])
  },
}

/** The object that a question is about. @throws GuestError for one that the guest has not, or has no more */
function objectOf(objects: Objects, token: string, target: string): Capability {
  const found = objects.get(token)
  if (found === undefined) throw new GuestError('TypeError', `${target}: there is no such object`)
  if (found.isRevoked) throw new GuestError('PermissionError', `${target}: access was taken back`)
  return found
}

const noName = (target: string): GuestError =>
  new GuestError('TypeError', `${target}: the host shows no such name`)

/** One operation on an object's items. Keys of a plain object are its own properties, so that nothing inherited is an item. */
function itemOf(
  { object, shown }: Capability,
  operation: string,
  key: unknown,
  value: unknown,
): unknown {
  const isWriting = operation === 'set' || operation === 'delete'
  if (shown.items === false || (isWriting && shown.items !== true))
    throw new GuestError('TypeError', `the host shows no such operation`)
  const items = itemsOf(object)
  switch (operation) {
    case 'keys':
      return items.keys()
    case 'length':
      return items.keys().length
    case 'contains':
      return items.has(key)
    case 'get':
      if (!items.has(key))
        throw new GuestError(Array.isArray(object) ? 'IndexError' : 'KeyError', String(key))
      return items.get(key)
    case 'set':
      items.set(key, value)
      return null
    case 'delete':
      if (!items.has(key)) throw new GuestError('KeyError', String(key))
      items.delete(key)
      return null
    default:
      throw new GuestError('TypeError', 'the host shows no such operation')
  }
}

interface Items {
  keys(): unknown[]
  has(key: unknown): boolean
  get(key: unknown): unknown
  set(key: unknown, value: unknown): void
  delete(key: unknown): void
}

function itemsOf(object: object): Items {
  if (object instanceof Map) {
    return {
      keys: () => [...object.keys()],
      has: (key) => object.has(key),
      get: (key) => object.get(key),
      set: (key, value) => void object.set(key, value),
      delete: (key) => void object.delete(key),
    }
  }
  if (Array.isArray(object)) {
    const at = (key: unknown): number => {
      if (typeof key !== 'number' || !Number.isInteger(key))
        throw new GuestError('TypeError', 'indices must be integers')
      return key < 0 ? key + object.length : key
    }
    return {
      keys: () => [...object.keys()],
      has: (key) => at(key) >= 0 && at(key) < object.length,
      get: (key) => object[at(key)] as unknown,
      set: (key, value) => {
        if (at(key) < 0 || at(key) >= object.length)
          throw new GuestError('IndexError', 'assignment index out of range')
        object[at(key)] = value
      },
      delete: (key) => void object.splice(at(key), 1),
    }
  }
  const name = (key: unknown): string => {
    if (typeof key !== 'string') throw new GuestError('KeyError', String(key))
    return key
  }
  return {
    keys: () => Object.keys(object),
    has: (key) =>
      typeof key === 'string' && Object.prototype.propertyIsEnumerable.call(object, key),
    get: (key) => Reflect.get(object, name(key)) as unknown,
    set: (key, value) =>
      void Object.defineProperty(object, name(key), {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      }),
    delete: (key) => void Reflect.deleteProperty(object, name(key)),
  }
}
