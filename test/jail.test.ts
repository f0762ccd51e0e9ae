/** A jail process: what it may not do, how it is started on each Node, and that it ends with its host. */
import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { encodeFilesSetup } from '../src/trusted/channel/mounts.js'
import { encodeValue } from '../src/trusted/channel/values.js'
import { jailCommand, permissionFlags, startJail } from '../src/platform/node/jail.js'
import { SETUP as setup } from './support/worker-setup.js'

const limits = {
  wallMs: 1_000,
  fuel: 1e9,
  memoryBytes: 1 << 28,
  outputBytes: 1 << 20,
  responseBytes: 1 << 20,
}
const probe = fileURLToPath(new URL('support/jail-probe.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-jail-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A script that may read itself alone. */
const alone = (script: string) => ({ script, args: [], readable: [script] })

const childrenOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
const isRunning = (pid: number): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
const until = async (condition: () => boolean, ms = 5_000): Promise<boolean> => {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (condition()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return condition()
}

describe('the permission model', () => {
  test.each([
    ['20.19.0', '--experimental-permission'],
    ['22.12.0', '--experimental-permission'],
    ['22.13.0', '--permission'],
    ['23.4.0', '--experimental-permission'],
    ['23.5.0', '--permission'],
    ['24.0.0', '--permission'],
    ['26.1.0', '--permission'],
  ])('Node %s is started with %s', (version, flag) => {
    expect(permissionFlags(version, ['/a', '/b'])).toEqual([
      flag,
      '--allow-fs-read=/a',
      '--allow-fs-read=/b',
    ])
  })

  test('grants the runtime its own files and nothing else', () => {
    const [command, args] = jailCommand()
    const root = realpathSync(fileURLToPath(new URL('..', import.meta.url)))
    const granted = [command, ...args]
      .filter((arg) => arg.startsWith('--allow'))
      .map((flag) => flag.replace(`${root}/`, ''))
    expect(granted.map((flag) => flag.replace(/=.*\/pyodide\//, '=pyodide/'))).toEqual([
      '--allow-fs-read=dist/bundle/worker.js',
      '--allow-fs-read=dist/bundle/package.json',
      '--allow-fs-read=dist/package.json',
      '--allow-fs-read=package.json',
      '--allow-fs-read=dist/guest',
      '--allow-fs-read=pyodide/pyodide.asm.wasm',
    ])
  })

  test.each([
    ['leaves code in a jail no file, process, thread, addon, evaluation or environment', true],
    ['leaves it none where there is no shell to start it', false],
  ])('%s', (_, hasShell) => {
    const [command, args] = jailCommand([], alone(probe), hasShell)
    expect(command).toBe(hasShell ? '/bin/sh' : process.execPath)
    const { stderr, status } = spawnSync(command, args, {
      env: {},
      cwd: '/',
      input: '',
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const results = JSON.parse(String(stderr)) as Record<string, unknown>
    const denied = { failed: 'ERR_ACCESS_DENIED' }
    expect(status).toBe(0)
    expect(results).toEqual({
      readPasswd: denied,
      readHome: denied,
      readProc: denied,
      write: denied,
      command: denied,
      fork: denied,
      thread: denied,
      addon: { failed: 'ERR_DLOPEN_DISABLED' },
      evaluate: { failed: 'EvalError' },
      inspector: expect.anything(),
      network: {
        failed:
          Number(process.versions.node.split('.')[0]) >= 25 ? 'ERR_ACCESS_DENIED' : 'ECONNREFUSED',
      },
      has: false,
      environment: [],
      arguments: 2,
    })
    expect(existsSync('/tmp/pyrestrict-jail-probe')).toBe(false)
  })
})

describe('a jail', () => {
  test('starts, answers, is pristine again, and ends when it is killed', async () => {
    const worker = startJail({ setup })
    expect(await worker.ready).toBe(true)
    for (let i = 0; i < 3; i++) {
      const performed = await worker.perform({
        begin: 'base',
        request: encodeValue({ op: 'ping', i }),
        limits,
        end: 'reset',
      })
      expect(performed.kind).toBe('done')
    }
    worker.kill('enough')
    expect(await worker.ended).toBe('enough')
    const after = await worker.perform({
      begin: 'base',
      request: encodeValue({ op: 'ping' }),
      limits,
      end: 'reset',
    })
    expect(after).toMatchObject({ kind: 'lost', reason: 'enough' })
  })

  test('that cannot be started is lost, with the reason', async () => {
    const worker = startJail({ setup, wrap: ['/nonexistent/wrapper'] })
    expect(await worker.ready).toBe(false)
    expect(await worker.ended).toBe(
      'the worker could not be started: spawn /nonexistent/wrapper ENOENT',
    )
  })

  test.runIf(process.platform === 'linux')(
    'is lost, and its host lives, when there are no descriptors left',
    () => {
      const script = `
      import { openSync } from 'node:fs'
      import { jailCommand, startJail } from ${JSON.stringify(fileURLToPath(new URL('../dist/platform/node/jail.js', import.meta.url)))}
      jailCommand()
      try { for (;;) openSync('/dev/null') } catch {}
      const worker = startJail({ setup: { clock: 'real', random: 'real', memoryBytes: 1, maxFrameBytes: 1 } })
      console.log(await worker.ready, await worker.ended)`
      const { stdout, status } = spawnSync(
        '/bin/sh',
        ['-c', 'ulimit -n 60; exec "$0" --input-type=module -e "$1"', process.execPath, script],
        { encoding: 'utf8' },
      )
      expect({ stdout, status }).toEqual({
        stdout: 'false the worker could not be started: spawn /bin/sh EMFILE\n',
        status: 0,
      })
    },
  )

  test("is put inside the operator's command", async () => {
    const seen = join(folder, 'wrapped')
    const wrapper = join(folder, 'wrap.sh')
    writeFileSync(wrapper, `#!/bin/sh\necho "$1" > ${seen}\nshift\nexec "$@"\n`, { mode: 0o755 })
    const worker = startJail({ setup, wrap: ['/bin/sh', wrapper, 'mark'] })
    expect(await worker.ready).toBe(true)
    expect(readFileSync(seen, 'utf8')).toBe('mark\n')
    worker.kill('enough')
    await worker.ended
  })

  test.runIf(process.platform === 'linux')(
    'inherits three pipes, no environment, no folder, and leaves no core',
    async () => {
      const leak = openSync(join(folder, 'left-open'), 'w')
      const worker = startJail({ setup })
      await worker.ready
      const proc = `/proc/${childrenOf(process.pid).at(-1)}`
      const open = readdirSync(`${proc}/fd`).map((fd) => readlinkSync(`${proc}/fd/${fd}`))
      expect(
        open.filter(
          (target) =>
            !/^((socket|pipe|anon_inode):|\/dev\/null$|.*\/dist\/guest\/guest\.mem$)/.test(target),
        ),
      ).toEqual([])
      expect(readFileSync(`${proc}/environ`, 'utf8')).toBe('')
      expect(readlinkSync(`${proc}/cwd`)).toBe('/')
      const status = readFileSync(`${proc}/status`, 'utf8')
      expect(/NoNewPrivs:\t(\d)/.exec(status)?.[1]).toBe('1')
      const ulimits = readFileSync(`${proc}/limits`, 'utf8')
      expect(/Max core file size +(\d+)/.exec(ulimits)?.[1]).toBe('0')
      expect(/Max stack size +(\d+)/.exec(ulimits)?.[1]).toBe(String(48 << 20))
      worker.kill('enough')
      await worker.ended
      closeSync(leak)
    },
  )

  test.runIf(process.platform === 'linux')(
    'that serves folders of the host inherits a file without a name as well, which it reads and cannot write',
    async () => {
      const before = readdirSync('/proc/self/fd').length
      const mounts = [
        { at: [], kind: 'read' as const, bytes: 0, files: 0, deny: [] },
        { at: ['m'], kind: 'memory' as const, bytes: 1000, files: 9, deny: [] },
      ]
      const opened = async (kept: typeof mounts, wrap?: string[]) => {
        const files = encodeFilesSetup({ mounts: kept, artifacts: null })
        const worker = startJail({ setup: { ...setup, files }, ...(wrap && { wrap }) })
        await worker.ready
        const proc = `/proc/${childrenOf(process.pid).at(-1)}`
        const names = readdirSync(`${proc}/fd`).map((fd) => readlinkSync(`${proc}/fd/${fd}`))
        const flags = existsSync(`${proc}/fdinfo/3`)
          ? /flags:\t(\d+)/.exec(readFileSync(`${proc}/fdinfo/3`, 'utf8'))![1]!
          : '0'
        worker.kill('enough')
        await worker.ended
        return [names.filter((name) => name.startsWith('/dev/shm')), Number(`0o${flags}`) & 3]
      }
      expect(await opened(mounts)).toEqual([
        [expect.stringMatching(/^\/dev\/shm\/#\d+ \(deleted\)$/)],
        constants.O_RDONLY,
      ])
      expect((await opened(mounts.slice(1)))[0]).toEqual([])
      expect((await opened(mounts, ['/usr/bin/env']))[0]).toEqual([])
      expect(readdirSync('/proc/self/fd').length).toBe(before)
    },
  )

  test('exits when its pipe closes', async () => {
    const [command, args] = jailCommand()
    const child = spawn(command, args, { cwd: '/', env: {}, stdio: ['pipe', 'ignore', 'pipe'] })
    const ended = new Promise((resolve) =>
      child.on('exit', (code, signal) => resolve([code, signal])),
    )
    child.stdin.end()
    expect(await ended).toEqual([0, null])
  })

  test('exits when it is sent nonsense', async () => {
    const [command, args] = jailCommand()
    const child = spawn(command, args, { cwd: '/', env: {}, stdio: ['pipe', 'ignore', 'ignore'] })
    const ended = new Promise((resolve) =>
      child.on('exit', (code, signal) => resolve([code, signal])),
    )
    child.stdin.on('error', () => {})
    child.stdin.write(Buffer.alloc(100, 255))
    expect(await ended).toEqual([1, null])
  })

  // From here on nobody looks at the children of this process: what waits does so beside others.
  test.concurrent
    .runIf(process.platform === 'linux')
    .each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'ends with a host that gets %s',
    async (signal) => {
      const host = spawn(
        process.execPath,
        [fileURLToPath(new URL('support/jail-host.mjs', import.meta.url))],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      const pid = await new Promise<number>((resolve) =>
        host.stdout.on('data', (text: Buffer) => resolve(Number(text))),
      )
      expect(isRunning(pid)).toBe(true)
      host.kill(signal)
      expect(await until(() => !isRunning(pid))).toBe(true)
    },
  )

  test.concurrent('that sends what no worker sends is killed', async () => {
    const impostor = join(folder, 'impostor.mjs')
    writeFileSync(
      impostor,
      'process.stdout.write(Buffer.from([3, 0, 0, 0, 1, 2, 3])); setInterval(() => {}, 1000)\n',
    )
    const worker = startJail({ setup }, alone(impostor))
    expect(await worker.ready).toBe(false)
    expect(await worker.ended).toMatch(/^the worker broke the protocol: a frame/)
  })

  const impostor = (name: string, script: string): string => {
    const file = join(folder, name)
    writeFileSync(file, script)
    return file
  }
  test.concurrent.each([
    [
      "fills the host's memory",
      'process.stdout.write(Buffer.from([0, 0, 0, 16])); setInterval(() => process.stdout.write(Buffer.alloc(65536)), 1)',
      /^the worker broke the protocol: a frame of 268435456 bytes; at most 131072/,
    ],
    [
      'talks to stderr without end',
      'const x = Buffer.alloc(65536); const go = () => process.stderr.write(x, go); go()',
      /^the worker wrote too much to stderr$/,
    ],
    ['says nothing', 'setInterval(() => {}, 1000)', /^the worker did not start$/],
  ])('that %s is killed', async (name, script, reason) => {
    const worker = startJail(
      { setup, startMs: name === 'says nothing' ? 300 : 20_000 },
      alone(impostor(`${name.slice(0, 5)}.mjs`, script)),
    )
    expect(await worker.ready).toBe(false)
    expect(await worker.ended).toMatch(reason)
  })

  test.concurrent.runIf(process.platform === 'linux')(
    'whose pipes somebody else holds has ended all the same',
    async () => {
      const worker = startJail({
        setup,
        wrap: ['/bin/sh', '-c', 'setsid sleep 20 & exec "$0" "$@"'],
      })
      expect(await worker.ready).toBe(true)
      const began = performance.now()
      worker.kill('enough')
      expect(await worker.ended).toBe('enough')
      expect(performance.now() - began).toBeLessThan(10_000)
    },
  )

  test.concurrent('that fails tells why in a line', async () => {
    const [command, args] = jailCommand()
    const { stderr, status } = spawnSync(command, args, {
      cwd: '/',
      env: {},
      input: Buffer.alloc(100, 255),
    })
    expect([String(stderr), status]).toEqual([
      'ProtocolError: a frame of 4294967295 bytes; at most 4096 are allowed',
      1,
    ])
  })

  test.concurrent('that dies says why', async () => {
    const dying = join(folder, 'dying.mjs')
    writeFileSync(dying, 'throw new TypeError("out of luck")\n')
    const worker = startJail({ setup }, alone(dying))
    expect(await worker.ready).toBe(false)
    expect(await worker.ended).toMatch(/^the worker exited with 1: [^]*TypeError: out of luck/)
  })
})
