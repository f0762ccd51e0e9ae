/** What `pyrestrict --version` tells. */
import { readFileSync } from 'node:fs'

/** The version that `package.json` says, read anew at each call. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
