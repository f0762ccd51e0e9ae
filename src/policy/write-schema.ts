/** Run by the build: writes `policy.schema.json`, made from the schema, next to the compiled code. Takes no arguments. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import { BUILTINS, DENIED_BUILTINS, GUARDED_BUILTINS } from '../trusted/language/language.js'
import { ALL_GRANTS } from './keys/modules.js'
import { policySchema } from './schema.js'

/** The JSON Schema (draft 7) of a policy file, with the names of modules and builtins for editors to complete. */
export function policyJsonSchema(): object {
  const schema = JSON.parse(
    JSON.stringify(
      toJsonSchema(policySchema, {
        errorMode: 'ignore',
        ignoreActions: ['check'],
        overrideAction: ({ valibotAction, jsonSchema }) =>
          valibotAction.type === 'safe_integer'
            ? { ...jsonSchema, type: 'integer', maximum: Number.MAX_SAFE_INTEGER }
            : undefined,
      }),
    ),
  ) as PolicyJsonSchema
  const { modules, builtins } = schema.properties
  const permitted = [...BUILTINS, ...GUARDED_BUILTINS]
  modules.anyOf[1].propertyNames = { enum: Object.keys(ALL_GRANTS) }
  builtins.properties.allow.items = { enum: permitted }
  builtins.properties.deny.items = { enum: [...permitted, ...Object.keys(DENIED_BUILTINS)] }
  return schema
}

/** The places in it that names are put into. */
interface PolicyJsonSchema {
  readonly properties: {
    readonly modules: { readonly anyOf: readonly [unknown, { propertyNames: object }] }
    readonly builtins: {
      readonly properties: Readonly<Record<'allow' | 'deny', { items: object }>>
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(
    new URL('../policy.schema.json', import.meta.url),
    `${JSON.stringify(policyJsonSchema(), null, 2)}\n`,
  )
}
