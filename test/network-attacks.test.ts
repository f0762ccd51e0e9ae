/**
 * Programs that want to reach a server inside, each by one class of means (fixtures/network/). It stands at 127.0.0.1 and is asked
 * afterwards what it saw; the server that the policy allows stands at 127.0.0.2, with the same port.
 */
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSandbox, type EffectEvent, type Outcome, type Sandbox } from '../src/index.js'
import { serve, type WebServer } from './support/web.js'

const SECRET = 'hunter2-hunter2-hunter2'

let inward: WebServer
let allowed: WebServer
let sandbox: Sandbox
let asked: string[] = []
let events: EffectEvent[] = []
const names: Record<string, readonly (readonly string[])[]> = {}
const lookups: Record<string, number> = {}

/** Addresses that a name of an allowed domain may be made to have, each of which leads inwards. */
const INWARD_ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.1'],
  loopback6: ['::1'],
  private10: ['10.0.0.1'],
  private172: ['172.16.0.1'],
  private192: ['192.168.1.1'],
  shared: ['100.64.0.1'],
  linklocal: ['169.254.1.1'],
  metadata: ['169.254.169.254'],
  azure: ['168.63.129.16'],
  alibaba: ['100.100.100.200'],
  metadata6: ['fd00:ec2::254'],
  unspecified: ['0.0.0.0'],
  unspecified6: ['::'],
  broadcast: ['255.255.255.255'],
  multicast: ['224.0.0.1'],
  multicast6: ['ff02::1'],
  local6: ['fe80::1'],
  zoned6: ['fe80::1%lo'],
  private6: ['fc00::1'],
  mapped: ['::ffff:127.0.0.1'],
  mappedhex: ['::ffff:7f00:1'],
  compatible: ['::127.0.0.1'],
  translated: ['::ffff:0:127.0.0.1'],
  nat64: ['64:ff9b::127.0.0.1'],
  nat64private: ['64:ff9b:1::7f00:1'],
  sixtofour: ['2002:7f00:1::1'],
  teredo: ['2001:0:7f00:1::1'],
  mixed: ['93.184.216.34', '127.0.0.1'],
  mixed6: ['2606:2800:220:1:248:1893:25c8:1946', '::1'],
  garbage: ['localhost'],
  shorthand: ['127.1'],
  nothing: [],
}

/** Keeps what it is sent, and gives it back as a server of files does: packed, in part, or in other letters where that is asked for. */
let keeps = ''
function kept({ method, headers }: IncomingMessage, response: ServerResponse): boolean {
  if (method === 'PUT') keeps = allowed.seen.at(-1)!.body
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
  const isPacked = /gzip/.test(String(headers['accept-encoding']))
  const part = from === undefined ? keeps : keeps.slice(Number(from), Number(to) + 1)
  const letters = headers['accept-charset'] === 'utf-16' ? 'utf16le' : 'utf8'
  const bytes = Buffer.from(part, letters)
  response.writeHead(from === undefined ? 200 : 206, isPacked ? { 'content-encoding': 'gzip' } : {})
  response.end(method === 'PUT' ? '' : isPacked ? gzipSync(bytes) : bytes)
  return true
}

beforeAll(async () => {
  inward = await serve('127.0.0.1')
  const { port } = inward
  allowed = await serve(
    '127.0.0.2',
    (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
      if (pathname === '/kept') return kept(request, response)
      if (pathname !== '/redirect') return false
      const to = searchParams.get('to') ?? ''
      response.writeHead(Number(searchParams.get('status') ?? 302), {
        location: Buffer.from(to).toString('latin1'),
      })
      response.end()
      return true
    },
    { port },
  )
  for (const [name, addresses] of Object.entries(INWARD_ADDRESSES))
    names[`${name}.wild.test`] = [addresses]
  for (const name of ['allowed', 'reads', 'writes', 'paths'])
    names[`${name}.test`] = [['127.0.0.2']]
  names['rebinds.test'] = [['127.0.0.2'], ['127.0.0.1']]
  const addresses = ['127.0.0.2']
  sandbox = await createSandbox(
    {
      modules: 'standard',
      limits: { wallMs: 60_000, effects: 100_000 },
      network: {
        allow: [
          { origin: `http://paths.test:${port}`, paths: ['/public/*'], addresses },
          { origin: `http://reads.test:${port}`, addresses },
          {
            origin: [`http://allowed.test:${port}`, `http://writes.test:${port}`],
            methods: '*',
            addresses,
          },
          { origin: `http://rebinds.test:${port}`, addresses },
          { origin: `http://*.wild.test:${port}`, methods: ['GET', 'POST'] },
        ],
        deny: [`http://denied.wild.test:${port}`],
      },
    },
    {
      workers: 1,
      spares: 0,
      onEffect: (event) => events.push(event),
      secrets: { API_KEY: { value: SECRET, hosts: [`http://allowed.test:${port}`] } },
      network: {
        resolve: async (name) => {
          asked.push(name)
          const times = (lookups[name] = (lookups[name] ?? 0) + 1)
          const answers = names[name] ?? []
          const found = answers[Math.min(times, answers.length) - 1]
          if (found === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
          return found
        },
      },
    },
  )
}, 60_000)
afterAll(async () => {
  await sandbox?.close()
  await Promise.all([inward?.close(), allowed?.close()])
})
beforeEach(() => {
  asked = []
  events = []
  inward.seen.length = allowed.seen.length = 0
})

/** What the attack's program says that it reached. */
async function attack(file: string): Promise<unknown> {
  const outcome: Outcome = await sandbox.run(
    readFileSync(new URL(`../fixtures/network/${file}.py`, import.meta.url), 'utf8'),
    { inputs: { port: inward.port, names: Object.keys(INWARD_ADDRESSES) } },
  )
  if (outcome.status !== 'returned') throw new Error(JSON.stringify(outcome, undefined, 1))
  return outcome.value
}

/** That nothing inside was reached, not even by a connection. */
function nothingInside(): void {
  expect(inward.seen).toEqual([])
  expect(inward.connections()).toBe(0)
}

test('the server inside is there, and would be seen', async () => {
  const before = await serve('127.0.0.1')
  await fetch(`http://127.0.0.1:${before.port}/`)
  expect([before.seen.length, before.connections()]).toEqual([1, 1])
  await before.close()
})

describe('nothing inside is reached', () => {
  test('by any spelling of its address', async () => {
    expect(await attack('address-forms')).toEqual([])
    expect(asked).toEqual([])
    nothingInside()
  })

  test('by names of an allowed domain that lead there, alone or beside a public address', async () => {
    expect(await attack('names-inward')).toEqual([])
    expect(new Set(asked)).toEqual(
      new Set(Object.keys(INWARD_ADDRESSES).map((name) => `${name}.wild.test`)),
    )
    expect(events.filter(({ decision }) => decision === 'allowed')).toEqual([])
    nothingInside()
  })

  test('by a name whose address changes between the check and the connection', async () => {
    const answers = (await attack('rebinding')) as string[]
    expect(JSON.parse(answers[0]!)).toMatchObject({ at: '127.0.0.2' })
    expect(answers.slice(1)).toEqual(['RequestRefused', 'RequestRefused'])
    // One look-up for each request, and the connection made no other.
    expect(asked).toEqual(['rebinds.test', 'rebinds.test', 'rebinds.test'])
    expect(allowed.seen.length).toBe(1)
    nothingInside()
  })

  test('by redirects of an allowed server', async () => {
    const reached = (await attack('redirects')) as [string, number, string][]
    // Some spellings are a path of the same server's, for a browser as well.
    for (const [, , url] of reached) expect(new URL(url).hostname).toBe('allowed.test')
    expect(allowed.seen.length).toBeGreaterThan(100)
    nothingInside()
  })

  test('by line ends in headers, methods and URLs; and no header is smuggled in', async () => {
    expect(await attack('header-injection')).toBe('done')
    for (const { url, method, headers } of allowed.seen) {
      expect(headers).not.toHaveProperty('x-injected')
      expect(headers.host).toBe(`allowed.test:${inward.port}`)
      expect(headers).not.toHaveProperty('transfer-encoding')
      expect(['GET', 'POST']).toContain(method)
      expect(url).not.toMatch(/[\r\n]/)
    }
    expect(new Set(allowed.seen.map(({ headers }) => headers.connection))).toEqual(
      new Set(['close']),
    )
    nothingInside()
  })

  test('by URLs with user names, and others that readers disagree about', async () => {
    const reached = (await attack('userinfo')) as [string, string][]
    expect(reached).toEqual([])
    expect(allowed.seen).toEqual([])
    nothingInside()
  })

  test('by names that look like an allowed one', async () => {
    expect(await attack('lookalikes')).toEqual([])
    expect(allowed.seen).toEqual([])
    expect(asked).toEqual([])
  })

  test('by other schemes', async () => {
    expect(await attack('schemes')).toEqual([])
    nothingInside()
  })

  test('with a proxy in the environment, which nobody asks', async () => {
    const proxy = await serve('127.0.0.1')
    const before = { ...process.env }
    for (const name of [
      'HTTP_PROXY',
      'http_proxy',
      'HTTPS_PROXY',
      'https_proxy',
      'ALL_PROXY',
      'all_proxy',
    ])
      process.env[name] = `http://127.0.0.1:${proxy.port}`
    process.env['NODE_USE_ENV_PROXY'] = '1'
    try {
      const outcome = await sandbox.run(
        `import requests\nrequests.get('http://reads.test:${inward.port}/').json()['at']`,
      )
      expect(outcome).toMatchObject({ status: 'returned', value: '127.0.0.2' })
      expect(proxy.connections()).toBe(0)
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
      await proxy.close()
    }
  })
})

describe('what is not allowed does not happen', () => {
  test('no name that is not allowed is looked up', async () => {
    expect(await attack('name-exfiltration')).toEqual([])
    expect(asked).toEqual([])
    expect(events.map(({ decision }) => decision)).toEqual(Array(16).fill('denied'))
  })

  test('no path outside the pattern is asked for, however it is written', async () => {
    const reached = (await attack('paths')) as [string, string][]
    // What is asked for is within, by every reading.
    for (const { url } of allowed.seen) {
      expect(url).toMatch(/^\/public\//)
      expect(decodeURIComponent(url)).not.toMatch(/\.\.|\\/)
    }
    expect(reached.map(([path]) => path)).toEqual([
      '/public/a/..;x/../private',
      '/public/%c0%ae%c0%ae/%2e%2e/private',
    ])
  })

  test('no header has another method, path or host taken for what was judged', async () => {
    expect(await attack('overrides')).toEqual([])
    expect(allowed.seen).toEqual([])
  })

  test('no other method', async () => {
    expect(await attack('methods')).toEqual([])
    expect(new Set(allowed.seen.map(({ method }) => method))).toEqual(new Set(['GET']))
  })

  test('no secret leaves for another host, in any part of a request', async () => {
    expect(await attack('secrets-elsewhere')).toEqual([])
    const spellings = [SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64')]
    const sent = JSON.stringify(allowed.seen.filter(({ url }) => !url.startsWith('/redirect')))
    for (const spelling of spellings) expect(sent).not.toContain(spelling)
    expect(allowed.seen.map(({ url }) => url.split('?')[0])).toEqual(['/redirect'])
  })
})

test('a secret that a server kept is not got out of it by other requests', async () => {
  expect(await attack('secrets-kept')).toBe('')
  expect(keeps).toBe(SECRET)
  expect(allowed.seen.length).toBe(10)
})

test('whatever a guest asks for, the log is told of no more than a page of it', async () => {
  const outcome = await sandbox.run(`
import urllib.request
def told(url):
    try: urllib.request.urlopen(url)
    except urllib.error.URLError as error: return str(error)
[told('http://paths.test/' + 'a' * 5_000_000), told('https://' + 'a' * 5_000_000)]`)
  const long = '<urlopen error a URL of more than 16384 characters>'
  expect(outcome).toMatchObject({ status: 'returned', value: [long, long] })
  expect(events.map(({ target, decision }) => [target.length, decision])).toEqual([
    [20_000, 'denied'],
    [20_000, 'denied'],
  ])
})
