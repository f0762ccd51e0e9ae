/** Many files: checked in threads, told as one thread tells them, with a word on a terminal about how far it is. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onTerminal, pyrestrict, pyrestrictEach, pyrestrictSays } from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-threads-'))
const reports = mkdtempSync(join(tmpdir(), 'pyrestrict-reports-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
  rmSync(reports, { recursive: true })
})

beforeAll(() => {
  for (let at = 0; at < 100; at++) {
    const name = join(folder, `${String(at).padStart(3, '0')}.py`)
    const lines = 'value = print(1)\n'.repeat((at * 37) % 400)
    writeFileSync(name, `${lines}${at % 3 === 0 ? 'x.__class__\n' : ''}`)
  }
  mkdirSync(join(folder, 'more'))
  writeFileSync(join(folder, 'more/latin.py'), Buffer.from('x = "\xe4"\n', 'latin1'))
})

describe('threads', () => {
  test('tell every format as one tells it', async () => {
    const formats = ['json', 'text', 'sarif']
    const [one, several] = await Promise.all(
      ['1', '3'].map(async (jobs) => {
        const files = formats.map((format) => join(reports, `${format}.${jobs}`))
        const finished = await pyrestrictSays([
          ...['check', '-j', jobs, '--format', 'concise'],
          ...formats.flatMap((format, at) => ['--format', `${format}=${files[at]}`]),
          ...['none.py', folder],
        ])
        return { ...finished, reports: files.map((file) => readFileSync(file, 'utf8')) }
      }),
    )
    expect(several).toEqual(one)
    expect([one!.status, one!.stderr]).toEqual([
      2,
      'pyrestrict: none.py: cannot be read: no such file\n',
    ])
    for (const report of [one!.stdout, ...one!.reports])
      expect(report.match(/PR203/g)!.length).toBeGreaterThan(30)
  })

  test('are asked for by a number', async () => {
    const wrong = ['0', '-1', '1.5', 'two', '65']
    expect(await pyrestrictEach(wrong.map((jobs) => ['check', `--jobs=${jobs}`, folder]))).toEqual(
      wrong.map((jobs) => ({
        status: 2,
        stdout: '',
        stderr: `pyrestrict: --jobs: must be a whole number from 1 to 64, not "${jobs}"\n`,
      })),
    )
  })

  test('are not used for stdin, which there is one of', async () => {
    expect(
      (await pyrestrict(['check', '-j2', '-', folder, '--exit-zero'], { stdin: 'x = 1\n' })).stdout,
    ).toMatch(/in 35 of 102 files\.\n$/)
  })
})

test.runIf(process.platform === 'linux')(
  'what is said of progress leaves nothing behind',
  async () => {
    const args = ['check', '--format', 'concise', '--exit-zero', folder]
    const screen = (await onTerminal(args))
      .split('\n')
      .map((line) => line.split('\r\u001b[K').at(-1))
      .join('\n')
    expect(screen).toBe((await pyrestrictSays(args)).stdout)
  },
)
