/** Workers killed from outside, under load: nobody but the runs they had notices, and nothing is left. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createSandbox, type Sandbox } from '../src/index.js'
import { shareNoWorkers } from './support/shared-workers.js'

shareNoWorkers()

/** Processes whose parent is this one. */
function jails(): number[] {
  return execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((line) => line.includes('worker.js'))
    .map((line) => Number(line.trim().split(/\s+/)[0]))
}
const kill = (pid: number): boolean => {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const open = (options: object = {}): Promise<Sandbox> =>
  createSandbox(
    { modules: 'standard', limits: { wallMs: 20_000 } },
    { isolation: 'process', workers: 2, ...options },
  )

describe.runIf(process.platform === 'linux')('killed from outside', () => {
  test('at random, under load: every run is answered, queued ones finish, running ones crashed, the host lives', async () => {
    const sandbox = await open()
    await sandbox.run('1')
    let killed = 0
    let ended = 0
    const outcomes = await Promise.all(
      Array.from({ length: 24 }, async (_, n) => {
        const outcome = await sandbox.run(`x = 0\nfor i in range(${20_000 + n}): x += 1\nx`)
        if (++ended % 6 === 0) {
          const found = jails()
          if (kill(found[ended % found.length])) killed++
        }
        return outcome
      }),
    )
    const statuses = new Set(outcomes.map(({ status }) => status))
    expect(killed).toBeGreaterThan(0)
    expect([...statuses].filter((status) => status !== 'returned' && status !== 'crashed')).toEqual(
      [],
    )
    outcomes.forEach((outcome, n) => {
      if (outcome.status === 'returned') expect(outcome.value).toBe(20_000 + n)
      else
        expect(outcome.status === 'crashed' && outcome.reason).toMatch(
          /^the worker ended by SIGKILL|workers were lost/,
        )
    })
    expect(outcomes.filter(({ status }) => status === 'returned').length).toBeGreaterThan(8)
    expect(await sandbox.run('2')).toMatchObject({ status: 'returned', value: 2 })
    await sandbox.close()
    expect(jails()).toEqual([])
  })

  test('while idle: the next run notices nothing', async () => {
    const sandbox = await open({ workers: 1 })
    await sandbox.run('1')
    for (const pid of jails()) kill(pid)
    expect(await sandbox.run('2')).toMatchObject({ status: 'returned', value: 2 })
    await sandbox.close()
  })

  test('a session lives on in a spare, with the state that its host has, whenever it is killed', async () => {
    const sandbox = await open({ workers: 1 })
    const session = await sandbox.session()
    await session.run('items = []')
    for (let i = 0; i < 2; i++) {
      expect(await session.run(`items.append(${i})\nlen(items)`)).toMatchObject({
        status: 'returned',
        value: i + 1,
      })
      // The host has what the session's runs have left (session-memory.test.ts: where it has not, that is told).
      await session.snapshot()
      let begin!: () => void
      const begun = new Promise<void>((resolve) => {
        begin = resolve
      })
      const running = session.run('items.append("lost")\nprint("begun")\nwhile True: pass', {
        onOutput: () => begin(),
      })
      await begun
      for (const pid of jails()) kill(pid)
      const ended = await running
      expect([ended.status, ended.runsLost]).toEqual(['crashed', undefined])
    }
    expect(await session.run('items')).toMatchObject({ status: 'returned', value: [0, 1] })
    await session.close()
    await sandbox.close()
    expect(jails()).toEqual([])
  })
})

describe('a host that ends', () => {
  const host = (script: string) =>
    spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `
    import { createSandbox } from ${JSON.stringify(fileURLToPath(new URL('../dist/bundle/index.js', import.meta.url)))}
    ${script}`,
      ],
      { encoding: 'utf8', timeout: 30_000 },
    )

  test('without closing: a sandbox keeps nobody alive, and awaits keep it alive', () => {
    // What waits for one keeps the host alive, and those that are open beside it do not.
    const { stdout, stderr, status } = host(`
      for (const isolation of ['process', 'thread', 'inline']) {
        const sandbox = await createSandbox({}, { isolation })
        console.log(isolation, (await sandbox.run('1 + 1')).value)
      }`)
    expect({ stdout, stderr, status }).toEqual({
      stdout: 'process 2\nthread 2\ninline 2\n',
      stderr: '',
      status: 0,
    })
  })

  test('by closing: nothing is left that would keep it alive', () => {
    const { stdout, stderr, status } = host(`
      for (const isolation of ['process', 'thread', 'inline']) {
        const sandbox = await createSandbox({}, { isolation, workers: isolation === 'inline' ? 1 : 2 })
        const runs = [1, 2, 3].map((n) => sandbox.run(String(n)))
        await Promise.all(runs)
        await sandbox.close()
        await new Promise((resolve) => setTimeout(resolve, 50))
        console.log(isolation, process.getActiveResourcesInfo().filter((name) => !/^(TTY|Pipe|Immediate|TickObject)/.test(name)).join())
      }`)
    expect({ stdout, stderr, status }).toEqual({
      stdout: 'process \nthread \ninline \n',
      stderr: '',
      status: 0,
    })
  })

  test.runIf(process.platform === 'linux')(
    'in the middle of a run that never ticks: its jails end with it',
    async () => {
      const { stdout } = host(`
      import { readFileSync } from 'node:fs'
      const sandbox = await createSandbox({ limits: { wallMs: 60_000 } }, { isolation: 'process', spares: 0 })
      await sandbox.run('1')
      console.log(readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim())
      void sandbox.run('sum(range(10 ** 12))')
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300)`)
      const pids = stdout.trim().split(/\s+/).map(Number)
      expect(pids.length).toBeGreaterThan(0)
      const alive = () =>
        pids.filter((pid) => {
          try {
            return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
          } catch {
            return false
          }
        })
      for (let i = 0; i < 100 && alive().length > 0; i++) await pause(50)
      expect(alive()).toEqual([])
    },
  )
})
