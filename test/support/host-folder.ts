/** A folder of the host's to mount (`data`), and beside it one with a secret that no guest may reach (`outside`). */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function hostFolder(): { top: string; data: string; outside: string } {
  const top = mkdtempSync(join(tmpdir(), 'files-'))
  const [data, outside] = [join(top, 'data'), join(top, 'outside')]
  mkdirSync(join(data, 'folder'), { recursive: true })
  mkdirSync(outside)
  writeFileSync(join(data, 'file'), 'plain')
  writeFileSync(join(data, 'folder/inner'), 'inner')
  writeFileSync(join(outside, 'secret'), 'SECRET', { mode: 0o640 })
  return { top, data, outside }
}
