/**
 * What one key of a policy is. Each key is one file of `keys/`: its type with documentation, its schema, what holds without it,
 * and its complete form. The list of keys in keys.ts is the only other place that names it.
 */
import * as v from 'valibot'
import { nearest } from '../check/nearest.js'

/** A key of the policy. `Written` is what a host writes, `Resolved` the complete form that other layers read. */
export interface PolicyKey<Schema extends v.GenericSchema, Resolved> {
  /** Accepts what a host may write, and refuses everything else with a message that says what is accepted. */
  readonly schema: Schema
  /** What the key means, for the JSON Schema. */
  readonly text: string
  /** What holds when neither the policy nor its preset says anything: no authority beyond the language. */
  readonly standard: Resolved
  /**
   * The complete form, frozen plain data. `preset` is what the policy's preset says; a key that is written replaces it.
   * @throws PolicyError where a name is not in the reviewed tables.
   */
  resolve(written: v.InferOutput<Schema>, preset: v.InferOutput<Schema> | undefined): Resolved
}

/** Gives a key its types. */
export function policyKey<Schema extends v.GenericSchema, Resolved>(
  key: PolicyKey<Schema, Resolved>,
): PolicyKey<Schema, Resolved> {
  return key
}

/** An object with these keys and no others; the message for another lists them and suggests the nearest. */
export function keyed<E extends v.ObjectEntries>(entries: E) {
  const schema = v.strictObject(entries, (issue) => {
    if (issue.expected?.startsWith('"')) return 'is missing'
    if (issue.expected !== 'never') return 'must be an object'
    const key = String(issue.input)
    const known = Object.keys(entries)
    // Half a word is none that was misspelt: `files` for `filesystem`, `eval` for `evaluate`.
    const start = key.toLowerCase().slice(0, 4)
    const close =
      nearest(key, known) ?? known.find((name) => start.length > 2 && name.startsWith(start))
    return `unknown key${close ? `; did you mean "${close}"?` : ''} (known keys: ${known.join(', ')})`
  })
  return notList(schema)
}

/** The same schema refusing arrays, which valibot takes for objects: a list where an object belongs is not "nothing". */
export function notList<S extends v.GenericSchema>(schema: S): S {
  const run = schema['~run'].bind(schema)
  return {
    ...schema,
    '~run': (dataset, config) =>
      run(Array.isArray(dataset.value) ? { value: undefined } : dataset, config),
  }
}

/** A name that is not empty. */
export const word = v.pipe(
  v.string((issue) => `must be a name, not ${issue.received}`),
  v.minLength(1, 'must not be empty'),
)

/** A list of names, which may be left out. */
export const words = (text: string) =>
  v.optional(
    v.pipe(
      v.array(word, (issue) => `must be a list of names, not ${issue.received}`),
      v.description(text),
    ),
  )
