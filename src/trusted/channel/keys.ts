/**
 * Sets, Maps and objects made of keys that a guest chose, in time that it cannot choose.
 *
 * Engines hash numbers without a secret: keys chosen to collide made 40,000 of them take seconds, and ten times as many minutes. So
 * keys are put in by batches, and a batch is timed. What takes more than a batch is made in steps, as decode.ts reads.
 */
import { WireError } from './wire.js'

/** Keys that a JavaScript object would put first, in numeric order, whatever the order they came in. */
const ARRAY_INDEX = /^(?:0|[1-9]\d{0,9})$/

/** Keys put into a Set or Map at a time, how long that may take, in milliseconds (a twentieth is usual), and how often not. */
const BATCH = { keys: 256, ms: 0.5, slow: 16 }
/** So many are one batch, which takes no time however they were chosen. */
export const FEW = BATCH.keys

/** A slow batch is taken back and put in again, since the machine may have been busy; keys that stay slow are refused. */
function* insert(
  count: number,
  put: (i: number) => void,
  takeBack: (i: number) => void,
): Generator<void, void> {
  let slow = 0
  for (let from = 0; from < count; from += BATCH.keys) {
    if (from > 0) yield
    const to = Math.min(from + BATCH.keys, count)
    let took = Infinity
    for (let attempt = 0; took > BATCH.ms && attempt < 4; attempt++) {
      if (attempt > 0) for (let i = from; i < to; i++) takeBack(i)
      const began = performance.now()
      for (let i = from; i < to; i++) put(i)
      took = performance.now() - began
    }
    if (took > BATCH.ms && ++slow === BATCH.slow)
      throw new WireError('keys that were chosen to collide')
  }
}

/** A Set of few items. */
export const valuesOf = (items: readonly unknown[]): ReadonlySet<unknown> => new Set(items)

/** A Set of many items. @throws WireError for keys that were chosen to collide */
export function* manyValuesOf(items: readonly unknown[]): Generator<void, ReadonlySet<unknown>> {
  const set = new Set<unknown>()
  yield* insert(
    items.length,
    (i) => set.add(items[i]),
    (i) => set.delete(items[i]),
  )
  return set
}

/**
 * What a dict of few keys and values, in turn, is: an object without a prototype, so that `__proto__` is a key like any other, if
 * every key is a string that keeps its place in one; otherwise a Map. The last of equal keys counts.
 */
export function keyed(items: readonly unknown[]): object {
  const object = Object.create(null) as Record<string, unknown>
  if (named(object, items, 0, items.length)) return object
  const map = new Map<unknown, unknown>()
  for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1])
  return map
}

/** What a dict of many is, the same. @throws WireError for keys that were chosen to collide */
export function* manyKeyed(items: readonly unknown[]): Generator<void, object> {
  const object = Object.create(null) as Record<string, unknown>
  for (let from = 0; from < items.length; from += 2 * FEW) {
    if (!named(object, items, from, Math.min(from + 2 * FEW, items.length)))
      return yield* manyPairs(items)
    yield
  }
  return object
}

/** Puts some of the keys and values into an object, and tells whether each key is a name there. */
function named(
  object: Record<string, unknown>,
  items: readonly unknown[],
  from: number,
  to: number,
): boolean {
  for (let i = from; i < to; i += 2) {
    const key = items[i]
    if (typeof key !== 'string' || ARRAY_INDEX.test(key)) return false
    object[key] = items[i + 1]
  }
  return true
}

function* manyPairs(items: readonly unknown[]): Generator<void, ReadonlyMap<unknown, unknown>> {
  const map = new Map<unknown, unknown>()
  yield* insert(
    items.length / 2,
    (j) => map.set(items[2 * j], items[2 * j + 1]),
    (j) => map.delete(items[2 * j]),
  )
  return map
}
