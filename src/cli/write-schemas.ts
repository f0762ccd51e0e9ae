/** Run by the build: writes the JSON Schemas of what the command line prints and reads. Takes no arguments. */
import { writeFileSync } from 'node:fs'
import { REPORT_SCHEMA } from '../report/report-schema.js'

const SCHEMAS = { 'report.schema.json': REPORT_SCHEMA }

for (const [name, schema] of Object.entries(SCHEMAS))
  writeFileSync(new URL(`../${name}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`)
