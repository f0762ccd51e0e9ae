/** Run by the build: writes `policy.schema.json`, made from the schema, next to the compiled code. Takes no arguments. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import { policySchema } from './schema.js'

/** The JSON Schema (draft 7) of a policy file. Names of modules and builtins are checked when the policy is loaded. */
export function policyJsonSchema(): object {
  return {
    ...toJsonSchema(policySchema, {
      errorMode: 'ignore',
      ignoreActions: ['check'],
      // Shorter ranges are said by minimum and maximum; JSON Schema has no notion of a safe integer but these bounds.
      overrideAction: ({ valibotAction, jsonSchema }) => valibotAction.type === 'safe_integer'
        ? { ...jsonSchema, type: 'integer', maximum: Number.MAX_SAFE_INTEGER } : undefined,
    }),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../policy.schema.json', import.meta.url), `${JSON.stringify(policyJsonSchema(), null, 2)}\n`)
}
