/** Versions of Node from npm's `node` package, kept in the system's temporary folder. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The executable of a version, fetched unless it is there. */
export function fetchNode(version) {
  const folder = join(tmpdir(), 'pyrestrict-nodes', version)
  const executable = join(
    folder,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  )
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true })
    execFileSync(
      'npm',
      [
        'install',
        '--prefix',
        folder,
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        `node@${version}`,
      ],
      { stdio: 'inherit' },
    )
  }
  return executable
}
