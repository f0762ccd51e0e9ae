/** A folder of the host's to mount (`data`), and beside it one with a secret that no guest may reach (`outside`). */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface HostFolder {
  readonly top: string
  readonly data: string
  readonly outside: string
}

export function hostFolder(): HostFolder {
  const top = mkdtempSync(join(tmpdir(), 'files-'))
  const folder = { top, data: join(top, 'data'), outside: join(top, 'outside') }
  mkdirSync(folder.data)
  mkdirSync(folder.outside)
  fill(folder)
  return folder
}

/** As it was made: what was put there since is gone. The folders are the same, and what has mounted them goes on. */
export function refill(folder: HostFolder): void {
  const { top, data, outside } = folder
  const made = [top, data, outside].flatMap((each) =>
    readdirSync(each).map((name) => join(each, name)),
  )
  // Node's own removal calls itself once for each folder below another.
  execFileSync('rm', ['-rf', ...made.filter((path) => path !== data && path !== outside)])
  for (const each of [data, outside]) chmodSync(each, 0o755)
  fill(folder)
}

function fill({ data, outside }: HostFolder): void {
  mkdirSync(join(data, 'folder'))
  writeFileSync(join(data, 'file'), 'plain')
  writeFileSync(join(data, 'folder/inner'), 'inner')
  writeFileSync(join(outside, 'secret'), 'SECRET', { mode: 0o640 })
}
