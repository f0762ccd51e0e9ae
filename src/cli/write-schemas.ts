/** Run by the build: writes the JSON Schemas of what the command line prints and reads. Takes no arguments. */
import { writeFileSync } from 'node:fs'
import { toJsonSchema } from '@valibot/to-json-schema'
import { policyJsonSchema } from '../policy/write-schema.js'
import { configSchema } from './config-schema.js'
import { REPORT_SCHEMA } from '../report/report-schema.js'

/** Settings as their own schema says, with the policy's in the place of one. */
function settingsSchema(): object {
  const schema = JSON.parse(
    JSON.stringify(toJsonSchema(configSchema, { errorMode: 'ignore' })),
  ) as {
    properties: { policy: { anyOf: object[] } }
  }
  const { $schema: _, ...policy } = policyJsonSchema() as { $schema: string }
  schema.properties.policy.anyOf = [{ type: 'string' }, policy]
  return schema
}

const SCHEMAS = { 'report.schema.json': REPORT_SCHEMA, 'config.schema.json': settingsSchema() }

for (const [name, schema] of Object.entries(SCHEMAS))
  writeFileSync(new URL(`../${name}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`)
