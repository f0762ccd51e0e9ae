/**
 * The policy's schema, put together from its keys. The validation and the published JSON Schema come from it. Unknown keys are
 * refused wherever they stand.
 */
import { nearest } from '../check/nearest.js'
import * as v from 'valibot'
import { keyed } from './key.js'
import { KEYS, type PolicyKeyName } from './keys.js'
import { PRESET_NAMES } from './presets.js'

type Entries = { [K in PolicyKeyName]: v.OptionalSchema<(typeof KEYS)[K]['schema'], undefined> }

const entries = Object.fromEntries(
  Object.entries(KEYS).map(([name, { schema, text }]) => [
    name,
    v.optional(v.pipe(schema as v.GenericSchema, v.description(text))),
  ]),
) as unknown as Entries

/** @internal What a policy may be, as a host writes it: not yet complete. */
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
          (issue) =>
            `must be one of ${PRESET_NAMES.join(', ')}, not ${issue.received}${meant(issue.input)}`,
        ),
        v.description(
          'A named starting point. Fields given beside it replace those of the preset; limits one by one.',
        ),
      ),
    ),
    ...entries,
  }),
  v.title('pyrestrict policy'),
  v.description(
    'All the authority that untrusted Python gets. A field left out grants nothing beyond the default subset.',
  ),
)

/** What the schema accepts. `Policy` in policy.ts is the same type with documentation, and compared to it there. */
export type SchemaInput = v.InferInput<typeof policySchema>

function meant(word: unknown): string {
  const close = typeof word === 'string' ? nearest(word.toLowerCase(), PRESET_NAMES) : undefined
  return close === undefined ? '' : `; did you mean "${close}"?`
}
