/** What a run is given to read: standard input and arguments, from the guest's side, the host's and an attacker's. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  awaitable,
  createSandbox,
  LATER,
  type EffectEvent,
  type Isolation,
  type Outcome,
  type RunOptions,
  type Sandbox,
} from '../src/index.js'
import { sharedWorkers as workers } from './support/shared-workers.js'

const ABSENT =
  'EOFError: this program was given no input: the host gives it with the option `stdin`'
const BLOCKS =
  "RuntimeError: stdin: what comes later cannot be waited for in the host's own thread; give text or bytes, or another isolation"

/** Its value, or what it raised. */
function told(outcome: Outcome): unknown {
  if (outcome.status === 'returned') return outcome.value
  if (outcome.status === 'raised') return `${outcome.exception.type}: ${outcome.exception.message}`
  return outcome
}

/** Pieces that come later, and what became of their generator. */
function later(...items: unknown[]) {
  const state = { asked: 0, closed: false }
  async function* pieces(): AsyncGenerator<string> {
    try {
      for (const item of items) {
        state.asked++
        await new Promise((resolve) => setTimeout(resolve, 5))
        yield item as string
      }
    } finally {
      state.closed = true
    }
  }
  return { state, stdin: pieces() }
}

describe.each<Isolation>(['process', 'thread', 'inline'])('isolation %s', (isolation) => {
  let sandbox: Sandbox
  let events: EffectEvent[] = []
  beforeAll(async () => {
    sandbox = await createSandbox(
      { preset: 'script', limits: { wallMs: 20_000, waitMs: 2_000, effectBytes: 4_096 } },
      { ...workers(isolation), onEffect: (event) => events.push(event) },
    )
  })
  afterAll(() => sandbox.close())
  const run = async (source: string, options: RunOptions = {}) =>
    told(await sandbox.run(source, options))

  test('a program that reads as exercises do', async () => {
    const outcome = await sandbox.run(
      'n = int(input("how many? "))\nprint(sum(int(input()) for _ in range(n)))',
      { stdin: '3\n1\n2\n39' },
    )
    expect([outcome.status, outcome.stdout]).toEqual(['returned', 'how many? 42\n'])
  })

  test('sys.stdin is the text stream of CPython: lines, buffer, and both ends of lines', async () => {
    const stdin = 'first\r\nzwei ü\n\nlast'
    expect(
      await run('import sys\n[sys.stdin.readline(), sys.stdin.readlines(), sys.stdin.read()]', {
        stdin,
      }),
    ).toEqual(['first\n', ['zwei ü\n', '\n', 'last'], ''])
    expect(await run('import sys\n[line.strip() for line in sys.stdin]', { stdin })).toEqual([
      'first',
      'zwei ü',
      '',
      'last',
    ])
    expect(
      await run('import sys\n[sys.stdin.read(3), sys.stdin.isatty(), sys.stdin.encoding]', {
        stdin,
      }),
    ).toEqual(['fir', false, 'utf-8'])
    const bytes = new Uint8Array([0xff, 0x61, 0x0a])
    expect(await run('import sys\nsys.stdin.buffer.read() == b"\\xffa\\n"', { stdin: bytes })).toBe(
      true,
    )
    expect(await run('input() == "\\udcffa"', { stdin: bytes })).toBe(true)
  })

  test('input larger than any answer may be comes whole', async () => {
    const stdin = '12345 '.repeat(100_000)
    expect(
      await run('import sys\nwords = sys.stdin.read().split()\n[len(words), set(words)]', {
        stdin,
      }),
    ).toEqual([100_000, new Set(['12345'])])
  })

  test('its end, and none at all, are told apart', async () => {
    expect(await run('input()\ninput()', { stdin: 'x' })).toBe('EOFError: EOF when reading a line')
    expect(await run('import sys\nsys.stdin.read()', { stdin: '' })).toBe('')
    for (const source of [
      'input()',
      'import sys\nsys.stdin.read()',
      'import sys\nfor line in sys.stdin: pass',
    ])
      expect(await run(source)).toBe(ABSENT)
  })

  test('arguments come after the name of the file', async () => {
    const source = 'import sys\nsys.argv'
    expect(await run(source, { filename: 'job.py', argv: ['-v', ''] })).toEqual([
      'job.py',
      '-v',
      '',
    ])
    expect(await run(source)).toEqual(['<guest>'])
  })

  test('each run reads its own, in a session too', async () => {
    await using session = await sandbox.session()
    const next = async (source: string, options: RunOptions = {}) =>
      told(await session.run(source, options))
    expect(
      await next('import sys\nfrom sys import stdin, argv\ninput()', {
        stdin: 'one\nleft over\n',
        argv: ['a'],
      }),
    ).toBe('one')
    expect(await next('stdin.read()')).toBe(ABSENT)
    expect(await next('[stdin.read(), argv[1:]]', { stdin: 'two' })).toEqual(['two', []])
    expect(await next('stdin.close()', { stdin: 'three' })).toBe(null)
    expect(await next('input()', { stdin: 'four' })).toBe('four')
    expect(await run('input()')).toBe(ABSENT)
  })

  test('a read is an effect, with its place; what a guest claims of it is bounded', async () => {
    events = []
    await run('x = 1\ninput()', { stdin: 'ab\n' })
    expect(
      events.map(({ kind, target, rule, decision, at }) => [kind, target, rule, decision, at]),
    ).toEqual([['stdin', 'stdin', 'stdin', 'allowed', { line: 2, column: 1 }]])
    const spent = await sandbox.run('import sys\nwhile sys.stdin.buffer.raw.read(1): pass', {
      stdin: 'x'.repeat(100),
      limits: { effects: 10 },
    })
    expect(told(spent)).toBe('RuntimeError: this run may ask its host 10 times (limits.effects)')
  })

  test('wrong options are the host’s mistakes', async () => {
    for (const [options, message] of [
      [{ stdin: 3 }, 'options.stdin: must be text, bytes, or an async iterable of them'],
      [{ stdin: ['a'] }, 'options.stdin: must be text, bytes, or an async iterable of them'],
      [{ argv: 'a' }, 'options.argv: must be a list of strings'],
      [{ argv: ['a', 1] }, 'options.argv[1]: must be a string without NUL'],
      [{ argv: ['a\0'] }, 'options.argv[0]: must be a string without NUL'],
    ] as [RunOptions, string][])
      await expect(sandbox.run('1', options)).rejects.toThrow(message)
  })

  if (isolation === 'inline')
    test('what comes later is a clear error inline', async () => {
      const { state, stdin } = later('a\n')
      expect(await run('input()', { stdin })).toBe(BLOCKS)
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(state.closed).toBe(true)
    })

  if (isolation !== 'inline')
    describe('pieces that come later', () => {
      test('are asked for as they are read, joined, and let go at the end', async () => {
        const { state, stdin } = later(
          'a',
          'b\nc',
          new Uint8Array([0x64, 0x0a]),
          '\ud83d',
          '\ude00\n',
          'never',
        )
        expect(await run('[input(), input(), input()]', { stdin })).toEqual(['ab', 'cd', '😀'])
        expect(state).toEqual({ asked: 5, closed: true })
      })

      test('waiting for them is not the run’s time', async () => {
        async function* slow(): AsyncGenerator<string> {
          await new Promise((resolve) => setTimeout(resolve, 450))
          yield 'x\n'
        }
        const outcome = await sandbox.run('input()', { stdin: slow(), limits: { wallMs: 400 } })
        expect(told(outcome)).toBe('x')
        expect(outcome.usage.wallMs).toBeLessThan(400)
      })

      test('that fail, are no text, or never come, are exceptions of the guest’s', async () => {
        async function* fails(): AsyncGenerator<string> {
          yield 'a\n'
          throw new Error('postgres://user:hunter2@db')
        }
        expect(await run('[input(), input()]', { stdin: fails() })).toBe(
          "RuntimeError: the host's stdin failed",
        )
        expect(await run('input()', { stdin: later(3).stdin })).toBe(
          'TypeError: stdin: the host gave neither text nor bytes',
        )
        async function* never(): AsyncGenerator<string> {
          await new Promise(() => {})
          yield ''
        }
        expect(await run('input()', { stdin: never(), limits: { waitMs: 50 } })).toBe(
          'TimeoutError: stdin: no answer after 50 ms',
        )
      })

      test('a piece that came too late is there for the next read', async () => {
        async function* late(): AsyncGenerator<string> {
          await new Promise((resolve) => setTimeout(resolve, 300))
          yield 'x\n'
        }
        const source = `
import time
while True:
    try:
        line = input()
        break
    except TimeoutError:
        pass
line`
        expect(await run(source, { stdin: late(), limits: { waitMs: 100 } })).toBe('x')
      })

      test('a run that is cancelled lets go of them', async () => {
        const { state, stdin } = later(...Array<string>(1_000).fill('x\n'))
        const end = new AbortController()
        const outcome = sandbox.run('while True: input()', { stdin, signal: end.signal })
        while (state.asked < 3) await new Promise((resolve) => setTimeout(resolve, 5))
        end.abort()
        expect((await outcome).status).toBe('cancelled')
        await new Promise((resolve) => setTimeout(resolve, 50))
        expect(state.closed).toBe(true)
      })
    })
})

test('a run that waits keeps what it has not read; one that goes on may be given more', async () => {
  const states = { key: new Uint8Array(32).fill(7) }
  const options = { ...workers('process'), states, capabilities: { ask: awaitable(() => LATER) } }
  const source = `
import sys
first = sys.stdin.buffer.raw.read(4)
answer = await ask()
[first.decode(), answer, sys.stdin.read()]`
  const policy = { modules: { sys: '*' } } as const
  await using sandbox = await createSandbox(policy, options)
  const rest = 'x'.repeat(200_000)
  for (const [given, more, expected] of [
    [`one\n${rest}`, undefined, rest],
    [`one\n${rest}`, 'more', 'more'],
    [later('one\n', 'lost').stdin, 'two', 'two'],
  ] as const) {
    const waiting = await sandbox.run(source, { stdin: given, holdMs: 0 })
    if (waiting.status !== 'waiting') throw new Error(JSON.stringify(waiting))
    await using another = await createSandbox(policy, options)
    const outcome = await another.resume(waiting.state, {
      answers: { [waiting.calls[0]!.id]: { value: 7 } },
      ...(more !== undefined && { stdin: more }),
    })
    expect(told(outcome)).toEqual(['one\n', 7, expected])
  }
})
