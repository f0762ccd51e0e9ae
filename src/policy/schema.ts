/**
 * The policy's schema: the one place that says which keys there are, what they hold, and how they are described. The types,
 * the validation and the published JSON Schema all come from it. Unknown keys are refused wherever they stand.
 */
import * as v from 'valibot'
import { LIMIT_NAMES, LIMITS, type Limits } from './limits.js'
import { nearest } from '../check/nearest.js'
import { PRESET_NAMES } from './presets.js'

/** An object with these keys and no others; the message for another lists them and suggests the nearest. */
function keyed<E extends v.ObjectEntries>(entries: E) {
  const schema = v.strictObject(entries, (issue) => {
    if (issue.expected !== 'never') return 'must be an object'
    const key = String(issue.input)
    const close = nearest(key, Object.keys(entries))
    return `unknown key${close ? `; did you mean "${close}"?` : ''} (known keys: ${Object.keys(entries).join(', ')})`
  })
  return notList(schema)
}

/** The same schema refusing arrays, which valibot takes for objects: a list where an object belongs is not "nothing". */
function notList<S extends v.GenericSchema>(schema: S): S {
  const run = schema['~run'].bind(schema)
  return {
    ...schema,
    '~run': (dataset, config) =>
      run(Array.isArray(dataset.value) ? { value: undefined } : dataset, config),
  }
}

function limit(name: keyof Limits) {
  const { default: standard, min, max, unit, text } = LIMITS[name]
  const message = (issue: { received: string }) =>
    `must be a whole number of ${unit} from ${min} to ${max}, not ${issue.received}`
  return v.optional(
    v.pipe(
      v.number(message),
      v.integer(message),
      v.minValue(min, message),
      v.maxValue(max, message),
      v.description(`${text} In ${unit}; ${standard} when left out.`),
      v.metadata({ default: standard }),
    ),
  )
}

/** Whole days are UTC; a time of day must say its offset, or the host's time zone would leak into the guest. */
const ISO_INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/

function exists(instant: string): boolean {
  const [year, month, day] = instant.slice(0, 10).split('-').map(Number) as [number, number, number]
  return (
    !Number.isNaN(Date.parse(instant)) &&
    new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
  )
}

const INSTANT =
  'must be an existing day as 2026-01-31, or an instant with its offset as 2026-01-31T12:00:00Z'
const SEED = 'must be a whole number from 0 to 9007199254740991'

const word = v.pipe(
  v.string((issue) => `must be a name, not ${issue.received}`),
  v.minLength(1, 'must not be empty'),
)
const words = (text: string) =>
  v.optional(
    v.pipe(
      v.array(word, (issue) => `must be a list of names, not ${issue.received}`),
      v.description(text),
    ),
  )

const names = v.union(
  [v.literal('*'), v.array(word)],
  'must be a list of names, or "*" for all that are reviewed',
)

const modules = v.union(
  [v.literal('standard'), notList(v.record(word, names))],
  (issue) =>
    `must be "standard", or an object of modules with the names each shows, not ${issue.received}`,
)

const limits = Object.fromEntries(LIMIT_NAMES.map((name) => [name, limit(name)])) as Record<
  keyof Limits,
  ReturnType<typeof limit>
>

export const policySchema = v.pipe(
  keyed({
    $schema: v.optional(
      v.pipe(
        v.string('must be a string'),
        v.description('Where this schema is, for editors. Ignored.'),
      ),
    ),
    preset: v.optional(
      v.pipe(
        v.picklist(
          PRESET_NAMES,
          (issue) => `must be one of ${PRESET_NAMES.join(', ')}, not ${issue.received}`,
        ),
        v.description(
          'A named starting point. Fields given beside it replace those of the preset; limits one by one.',
        ),
      ),
    ),
    modules: v.optional(
      v.pipe(
        modules,
        v.description(
          'What may be imported: "standard" for every reviewed module of pure computation, or modules with the names each shows. ' +
            'Nothing when left out.',
        ),
      ),
    ),
    builtins: v.optional(
      v.pipe(
        keyed({
          allow: words(
            'The only builtins the guest gets; all permitted ones when left out. None can be added to those.',
          ),
          deny: words('Builtins the guest does not get.'),
        }),
        v.description('Which of the permitted builtins the guest gets.'),
      ),
    ),
    guards: v.optional(
      v.pipe(
        keyed({
          inline: v.optional(
            v.pipe(
              v.boolean((issue) => `must be true or false, not ${issue.received}`),
              v.description(
                'Whether guards with a known effect become plain Python once verified. true when left out; false is slower.',
              ),
            ),
          ),
        }),
        v.description('How the guards of the rewritten text are carried out.'),
      ),
    ),
    clock: v.optional(
      v.pipe(
        v.union(
          [
            v.literal('real'),
            keyed({
              fixed: v.pipe(
                v.string(INSTANT),
                v.regex(ISO_INSTANT, INSTANT),
                v.check(exists, INSTANT),
              ),
            }),
          ],
          (issue) =>
            `must be "real", or { "fixed": "2026-01-31T12:00:00Z" }, not ${issue.received}`,
        ),
        v.description(
          'What the guest reads as the time: the host\'s clock, or one fixed instant. "real" when left out.',
        ),
      ),
    ),
    random: v.optional(
      v.pipe(
        v.union(
          [
            v.literal('real'),
            keyed({ seed: v.pipe(v.number(SEED), v.safeInteger(SEED), v.minValue(0, SEED)) }),
          ],
          (issue) => `must be "real", or { "seed": 1 }, not ${issue.received}`,
        ),
        v.description(
          'Where the guest\'s randomness comes from: the host, or a seed. "real" when left out.',
        ),
      ),
    ),
    limits: v.optional(
      v.pipe(
        keyed(limits),
        v.description('What one run may use up. Each has a default; none can be lifted.'),
      ),
    ),
  }),
  v.title('pyrestrict policy'),
  v.description(
    'All the authority that untrusted Python gets. A field left out grants nothing beyond the default subset.',
  ),
)

/** What the schema accepts. {@link Policy} in policy.ts is the same type with documentation, and compared to it there. */
export type SchemaInput = v.InferInput<typeof policySchema>
