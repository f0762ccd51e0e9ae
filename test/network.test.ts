/** Requests as programs write them, against real servers: the three modules, both ways to wait, caps, secrets, handlers. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createSandbox,
  type EffectEvent,
  type NetworkRule,
  type Sandbox,
  type SandboxOptions,
  type Policy,
} from '../src/index.js'
import { returned, raised } from './support/outcomes.js'
import { sharedWorkers as workers } from './support/shared-workers.js'
import { serve, type WebServer } from './support/web.js'

const SECRET = 'tk_5up3r/s3cr+t=%?'

let server: WebServer
let origin: string
/** The same server, by a name that no secret is for. */
let unkept: string
let sandbox: Sandbox
let events: EffectEvent[] = []

/** Sixty megabytes, in sixty kilobytes. */
const BOMB = gzipSync(Buffer.alloc(60 << 20))

/** Bodies that never end, or end too large. */
const answer = (...[request, response]: Parameters<RequestListener>): boolean => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
  const body = Buffer.from('{"text": "grüße"}')
  switch (pathname) {
    case '/status':
      response.writeHead(Number(searchParams.get('code')), { 'x-told': 'yes' })
      response.end('{"why": "because"}')
      return true
    case '/gzip':
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' })
      response.end(gzipSync(body))
      return true
    case '/deflate':
      response.writeHead(200, { 'content-encoding': 'deflate' })
      response.end(searchParams.has('raw') ? deflateRawSync(body) : deflateSync(body))
      return true
    case '/brotli':
      response.writeHead(200, { 'content-encoding': 'br' })
      response.end(brotliCompressSync(body))
      return true
    case '/bomb':
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(BOMB)
      return true
    case '/endless': {
      response.writeHead(200)
      const send = (): void => {
        while (response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', send)
      send()
      return true
    }
    case '/drips': {
      response.writeHead(200)
      const timer = setInterval(() => response.write('.'), 20)
      response.on('close', () => clearInterval(timer))
      return true
    }
    case '/silent':
      return true
    case '/headers':
      response.writeHead(
        200,
        Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x-${i}`, 'a'.repeat(1000)])),
      )
      response.end()
      return true
    case '/breaks':
      response.writeHead(200, { 'content-length': '1000' })
      response.write('half')
      setTimeout(() => response.destroy(), 20)
      return true
    case '/latin':
      response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' })
      response.end(Buffer.from('grüße', 'latin1'))
      return true
    case '/cookies':
      response.writeHead(302, { location: '/seen', 'set-cookie': ['a=1; Path=/; HttpOnly', 'b=2'] })
      response.end()
      return true
    case '/hop': {
      const left = Number(searchParams.get('left'))
      if (left === 0) return false
      response.writeHead(Number(searchParams.get('status') ?? 302), {
        location: `?left=${left - 1}`,
      })
      response.end()
      return true
    }
    case '/echo-secret':
      response.writeHead(200, {
        'x-echo': request.headers.authorization ?? '',
        'content-type': 'text/plain',
      })
      response.end(
        [
          request.headers.authorization,
          encodeURIComponent(SECRET),
          Buffer.from(`user:${SECRET}`).toString('base64'),
          Buffer.from(SECRET).toString('hex'),
          JSON.stringify({ SECRET }),
          `accepts ${request.headers['accept-encoding']}`,
        ].join('\n'),
      )
      return true
    case '/echo-compressed':
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(gzipSync(Buffer.from(SECRET)))
      return true
    default:
      return false
  }
}

beforeAll(async () => {
  server = await serve('127.0.0.1', answer)
  origin = `http://127.0.0.1:${server.port}`
  unkept = `http://localhost:${server.port}`
  sandbox = await createSandbox(
    {
      modules: 'standard',
      limits: { wallMs: 60_000, effectBytes: 1 << 20, waitMs: 5_000 },
      network: {
        allow: [
          { origin, paths: ['/approved'], approve: true },
          { origin, paths: ['/twice'], requests: 2 },
          { origin, paths: ['/small'], bytes: 50 },
          { origin, paths: ['/drips', '/silent'], timeMs: 200 },
          {
            origin,
            paths: ['/keyed'],
            headers: { 'X-Key': 'Key ~secret.API_KEY~', Accept: 'application/x' },
          },
          { origin, methods: '*' },
          unkept,
        ],
      },
    },
    {
      ...workers('process'),
      onEffect: (event) => events.push(event),
      approve: ({ target }) => target.endsWith('?yes'),
      secrets: { API_KEY: { value: SECRET, hosts: [origin] } },
    },
  )
}, 60_000)
afterAll(async () => {
  await sandbox?.close()
  await server?.close()
})
beforeEach(() => {
  events = []
  server.seen.length = 0
})

const run = (source: string, inputs = {}) =>
  sandbox.run(source, { inputs: { origin, unkept, ...inputs } })
const value = async (source: string) => returned(await run(source))

describe('requests', () => {
  test('get, with parameters and headers; what an answer tells', async () => {
    expect(
      await value(`
import requests
r = requests.get(origin + '/a b?x=1', params={'q': ['ü', '&'], 'none': None}, headers={'X-A': 'b'}, timeout=5)
j = r.json()
[r.status_code, r.ok, bool(r), r.reason, r.url, j['url'], j['headers']['x-a'], r.headers['CONTENT-TYPE'], r.headers.get('nope'),
 'content-type' in r.headers, r.history, r.encoding, type(r).__name__, repr(r), r.request.method, r.elapsed.total_seconds() >= 0]
`),
    ).toEqual([
      200,
      true,
      true,
      'OK',
      `${origin}/a%20b?x=1&q=%C3%BC&q=%26`,
      '/a%20b?x=1&q=%C3%BC&q=%26',
      'b',
      'application/json',
      null,
      true,
      [],
      null,
      'Response',
      '<Response [200]>',
      'GET',
      true,
    ])
  })

  test('what is sent: forms, JSON, bytes, files, cookies, who asks', async () => {
    expect(
      await value(`
import requests, io
from requests.auth import HTTPBasicAuth
def sent(answer):
    told = answer.json()
    return [told['method'], told['headers'].get('content-type'), told['body']]
class Token(requests.auth.AuthBase):
    def __call__(self, r):
        r.headers['Authorization'] = 'Token t'
        return r
multipart = sent(requests.post(origin, files={'f': ('a.txt', io.BytesIO(b'text'), 'text/plain')}, data={'k': 'v'}))
mark = multipart[1].partition('boundary=')[2]
[
    sent(requests.post(origin, data={'a': [1, 2], 'b': 'ü'})),
    sent(requests.post(origin, json={'a': None})),
    sent(requests.put(origin, data='text')),
    sent(requests.patch(origin, data=b'bytes')),
    sent(requests.delete(origin)),
    multipart[2].replace(mark, 'MARK'),
    requests.get(origin, auth=('user', 'pass')).json()['headers']['authorization'],
    requests.get(origin, auth=HTTPBasicAuth('user', 'pass')).json()['headers']['authorization'],
    requests.get(origin, auth=Token()).json()['headers']['authorization'],
    requests.get(origin, cookies={'c': '1'}).json()['headers']['cookie'],
    requests.head(origin).content, requests.options(origin).json()['method'],
]`),
    ).toEqual([
      ['POST', 'application/x-www-form-urlencoded', 'a=1&a=2&b=%C3%BC'],
      ['POST', 'application/json', '{"a": null}'],
      ['PUT', null, 'text'],
      ['PATCH', null, 'bytes'],
      ['DELETE', null, ''],
      '--MARK\r\nContent-Disposition: form-data; name="k"\r\n\r\nv\r\n--MARK\r\nContent-Disposition: form-data; name="f"; ' +
        'filename="a.txt"\r\nContent-Type: text/plain\r\n\r\ntext\r\n--MARK--\r\n',
      'Basic dXNlcjpwYXNz',
      'Basic dXNlcjpwYXNz',
      'Token t',
      'c=1',
      new Uint8Array(),
      'OPTIONS',
    ])
  })

  test('redirects are followed, each judged; cookies are the session’s own', async () => {
    expect(
      await value(`
import requests
s = requests.Session()
s.headers.update({'X-S': '1'})
s.auth = ('u', 'p')
a = s.get(origin + '/cookies')
b = s.get(origin + '/seen')
moved = requests.post(origin + '/hop?left=2', data='x')
kept = requests.post(origin + '/hop?left=1&status=307', data='x')
still = requests.get(origin + '/hop?left=1', allow_redirects=False)
try:
    requests.get(origin + '/hop?left=40')
except requests.TooManyRedirects as error:
    many = [str(error), len(error.response.history)]
[a.json()['headers']['cookie'], dict(s.cookies), b.json()['headers']['x-s'], [r.status_code for r in a.history],
 [moved.json()['method'], len(moved.history)], [kept.json()['method'], kept.json()['body']], still.status_code, still.is_redirect, many,
 'cookie' in requests.get(origin).json()['headers']]
`),
    ).toEqual([
      'a=1; b=2',
      { a: '1', b: '2' },
      '1',
      [302],
      ['GET', 2],
      ['POST', 'x'],
      302,
      true,
      ['Exceeded 30 redirects.', 30],
      false,
    ])
    expect(
      events.filter(({ target }) => target.includes('/cookies') || target.includes('/seen')).length,
    ).toBe(3)
  })

  test('bodies: encodings, compression, lines', async () => {
    expect(
      await value(`
import requests
[requests.get(unkept + '/gzip').json(), requests.get(unkept + '/deflate').text, requests.get(unkept + '/deflate?raw').text,
 requests.get(origin + '/latin').text, requests.get(origin + '/latin').encoding, len(requests.get(unkept + '/brotli').content) > 0,
 [len(c) for c in requests.get(unkept + '/gzip', stream=True).iter_content(8)], list(requests.get(origin + '/latin').iter_lines())]
`),
    ).toEqual([
      { text: 'grüße' },
      '{"text": "grüße"}',
      '{"text": "grüße"}',
      'grüße',
      'iso-8859-1',
      true,
      [8, 8, 3],
      [new Uint8Array(Buffer.from('grüße', 'latin1'))],
    ])
  })

  test('errors are its own, by the names that programs catch', async () => {
    expect(
      await value(`
import requests
from requests import exceptions as e
def told(work, *kinds):
    try:
        work()
    except requests.RequestException as error:
        return [type(error).__name__, str(error), [isinstance(error, kind) for kind in kinds]]
def status(code):
    r = requests.get(origin + f'/status?code={code}')
    r.raise_for_status()
[
    told(lambda: status(404), e.HTTPError, OSError), told(lambda: status(503)), told(lambda: status(204)),
    told(lambda: requests.get('http://other.test/'), e.ConnectionError, PermissionError),
    told(lambda: requests.get('example.com'), ValueError), told(lambda: requests.get('ftp://example.com'), ValueError),
    told(lambda: requests.get(origin, headers={'Host': 'x'}), e.InvalidHeader),
    told(lambda: requests.get(origin + '/status?code=200').json()['x'].missing) if False else None,
    told(lambda: requests.get(origin + '/latin').json(), e.JSONDecodeError, ValueError),
    told(lambda: requests.get(origin + '/silent', timeout=0.05), e.Timeout, e.ReadTimeout),
    told(lambda: requests.get(origin + '/breaks'), e.ConnectionError),
]`),
    ).toEqual([
      ['HTTPError', `404 Client Error: Not Found for url: ${origin}/status?code=404`, [true, true]],
      ['HTTPError', `503 Server Error: Service Unavailable for url: ${origin}/status?code=503`, []],
      null,
      ['RequestRefused', 'the policy does not allow http://other.test', [true, true]],
      [
        'MissingSchema',
        "Invalid URL 'example.com': No scheme supplied. Perhaps you meant https://example.com?",
        [true],
      ],
      ['InvalidSchema', "No connection adapters were found for 'ftp://example.com'", [true]],
      ['InvalidHeader', "the header Host is the host's to write", [true]],
      null,
      ['JSONDecodeError', 'Expecting value: line 1 column 1 (char 0)', [true, true]],
      ['ReadTimeout', `${origin}: timed out`, [true, true]],
      [
        'ConnectionError',
        expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ (broke off|cannot be reached)/),
        [true],
      ],
    ])
  })

  test('what would change nothing without a word is an error', async () => {
    expect(raised(await run('import requests\nrequests.get(origin, verify=False)'))).toBe(
      'ValueError: verify=False: certificates are always verified',
    )
    expect(
      raised(await run("import requests\nrequests.get(origin, proxies={'http': 'x'})")),
    ).toMatch(/^ValueError: proxies/)
    expect(raised(await run('import requests\nrequests.get(origin, retries=3)'))).toMatch(
      /^TypeError: .*retries/,
    )
  })

  test('awaited: many at once, by AsyncSession', async () => {
    expect(
      await value(`
import asyncio, requests
async def main():
    async with requests.AsyncSession() as s:
        answers = await asyncio.gather(*[s.get(f'{origin}/{i}') for i in range(20)])
        posted = await s.post(origin, json=[1])
        try:
            await s.get(origin + '/silent', timeout=0.05)
        except requests.Timeout:
            late = True
        return [r.json()['url'] for r in answers], posted.json()['body'], late
asyncio.run(main())`),
    ).toEqual([Array.from({ length: 20 }, (_, i) => `/${i}`), '[1]', true])
    expect(events.every(({ at }) => at !== undefined && at.line >= 5)).toBe(true)
  })
})

describe('urllib.request and http.client', () => {
  test('urlopen, Request, openers, errors', async () => {
    expect(
      await value(`
import json, urllib.error, urllib.parse, urllib.request
from urllib.request import Request, urlopen
with urlopen(origin + '/a') as f:
    first = [f.status, f.code, f.reason, f.geturl(), f.headers['content-type'], f.headers.get_content_charset('x'), json.load(f)['method']]
request = Request(origin, data=urllib.parse.urlencode({'a': 1}).encode(), headers={'X-A': 'b'})
told = json.loads(urlopen(request, timeout=5).read().decode())
put = json.load(urlopen(Request(origin, data=b'x', method='PUT')))['method']
try:
    urlopen(origin + '/status?code=404')
except urllib.error.HTTPError as error:
    failed = [error.code, error.reason, error.headers['x-told'], json.load(error), str(error)]
try:
    urlopen('http://other.test/')
except urllib.error.URLError as error:
    refused = [str(error.reason), isinstance(error.reason, PermissionError)]
opener = urllib.request.build_opener()
opener.addheaders = [('User-agent', 'mine')]
mine = json.load(opener.open(origin))['headers']['user-agent']
urllib.request.install_opener(opener)
[first, [told['method'], told['body'], told['headers']['x-a'], told['headers']['content-type']], put, failed, refused, mine,
 json.load(urlopen(origin))['headers']['user-agent'], json.load(urlopen(origin + '/hop?left=2'))['url'], [*urlopen(origin + '/latin')]]
`),
    ).toEqual([
      [200, 200, 'OK', `${origin}/a`, 'application/json', 'x', 'GET'],
      ['POST', 'a=1', 'b', 'application/x-www-form-urlencoded'],
      'PUT',
      [404, 'Not Found', 'yes', { why: 'because' }, 'HTTP Error 404: Not Found'],
      ['the policy does not allow http://other.test', true],
      'mine',
      'mine',
      '/hop?left=0',
      [new Uint8Array(Buffer.from('grüße', 'latin1'))],
    ])
  })

  test('a connection', async () => {
    expect(
      await value(`
import http.client, json
c = http.client.HTTPConnection(origin.partition('//')[2], timeout=5)
c.request('POST', '/p?q', body='ü', headers={'X-A': 'b', 'Host': 'ignored', 'Content-Length': '9'})
r = c.getresponse()
told = json.loads(r.read())
try:
    c.getresponse()
except http.client.ResponseNotReady as error:
    idle = str(error)
c.putrequest('PUT', '/x')
c.putheader('X-B', 'c')
c.endheaders(b'body')
second = json.loads(c.getresponse().read())
c.close()
[r.status, r.reason, r.getheader('Content-Type'), r.getheader('No', 'd'), told['method'], told['url'], told['headers']['x-a'],
 told['headers']['host'], idle, second['method'], second['body'], http.client.responses[404]]
`),
    ).toEqual([
      200,
      'OK',
      'application/json',
      'd',
      'POST',
      '/p?q',
      'b',
      origin.slice(7),
      'Idle',
      'PUT',
      'body',
      'Not Found',
    ])
  })
})

describe('what a rule caps', () => {
  const caught = (path: string, at = 'origin') =>
    run(
      `import requests\ntry:\n    r = requests.get(${at} + '${path}').status_code\nexcept Exception as e:\n    r = f'{type(e).__name__}: {e}'\nr`,
    ).then(returned)

  test('requests, bytes, time; who must be asked', async () => {
    expect(
      await value(`
import requests
told = []
for _ in range(3):
    try:
        told.append(requests.get(origin + '/twice').status_code)
    except requests.RequestException as error:
        told.append(str(error))
told`),
    ).toEqual([200, 200, `GET ${origin}/twice may be called 2 times in a run`])
    expect(await caught('/small')).toBe('ConnectionError: the answer is more than 50 bytes')
    expect(await caught('/drips')).toBe(`ReadTimeout: GET ${origin}/drips: no answer after 200 ms`)
    expect(await caught('/silent')).toBe(
      `ReadTimeout: GET ${origin}/silent: no answer after 200 ms`,
    )
    expect(await caught('/approved?yes')).toBe(200)
    expect(await caught('/approved?no')).toMatch(
      /^RequestRefused: GET .*\/approved\?no: not approved$/,
    )
    expect(server.seen.map(({ url }) => url)).not.toContain('/approved?no')
    expect(events.map(({ kind, rule, decision }) => `${kind} ${rule} ${decision}`)).toEqual([
      'request network.allow[1] allowed',
      'request network.allow[1] allowed',
      'request network.allow[1] denied',
      'request network.allow[2] failed',
      'request network.allow[3] timed out',
      'request network.allow[3] timed out',
      'request network.allow[0] approved',
      'request network.allow[0] denied',
    ])
    expect(events.every(({ at }) => at !== undefined)).toBe(true)
  })

  test('bodies without end, and those that are small until they are decoded', async () => {
    const before = process.memoryUsage().rss
    expect(await caught('/endless')).toBe('ConnectionError: the answer is more than 1048576 bytes')
    expect(await caught('/bomb', 'unkept')).toBe(
      'ContentDecodingError: the decoded body is more than 1048576 bytes (limits.effectBytes)',
    )
    expect(await caught('/headers')).toMatch(/^ConnectionError: .*HEADERS_OVERFLOW/)
    expect(process.memoryUsage().rss - before).toBeLessThan(400 << 20)
  })
})

describe('secrets', () => {
  test('are put in on the way, in every part of a request, spelled as it spells texts', async () => {
    expect(
      await value(`
import requests, json
r = requests.post(origin + '/' + API_KEY, params={'k': API_KEY}, data={'f': API_KEY}, headers={'A': 'Bearer ' + API_KEY}, auth=('user', API_KEY))
s = requests.post(origin, json={'j': API_KEY})
requests.get(origin + '/keyed', headers={'x-key': 'mine', 'Accept': 'mine'})
[API_KEY, r.url, r.json()['headers']['a'], r.json()['body'], s.json()['body']]`),
    ).toEqual([
      '~secret.API_KEY~',
      `${origin}/~secret.API_KEY~?k=~secret.API_KEY~`,
      `Bearer ${'*'.repeat(SECRET.length)}`,
      `f=${'*'.repeat(encodeURIComponent(SECRET).length)}`,
      `{"j": "${'*'.repeat(SECRET.length)}"}`,
    ])
    const [first, second, third] = server.seen
    expect(first!.url).toBe(`/${encodeURIComponent(SECRET)}?k=${encodeURIComponent(SECRET)}`)
    expect(first!.body).toBe(`f=${encodeURIComponent(SECRET)}`)
    expect(first!.headers).toMatchObject({
      a: `Bearer ${SECRET}`,
      authorization: `Basic ${Buffer.from(`user:${SECRET}`).toString('base64')}`,
    })
    expect(JSON.parse(second!.body)).toEqual({ j: SECRET })
    expect(third!.headers).toMatchObject({ 'x-key': `Key ${SECRET}`, accept: 'application/x' })
    expect(JSON.stringify(events)).not.toContain(SECRET)
  })

  test('are masked in what a server sends back of them, and no server may hide them in a compressed body', async () => {
    const told = (await value(`
import requests
r = requests.get(origin + '/echo-secret', headers={'Authorization': API_KEY, 'Accept-Encoding': 'gzip'})
try:
    requests.get(origin + '/echo-compressed', headers={'Authorization': API_KEY})
except requests.RequestException as error:
    print(error)
[r.headers['x-echo'], *r.text.split('\\n')]`)) as string[]
    expect(told.slice(0, 2)).toEqual(['*'.repeat(SECRET.length), '*'.repeat(SECRET.length)])
    expect(told[2]).toMatch(/^\*+$/)
    expect(told[3]).toMatch(/^.{6,8}\*{20,}.{0,4}$/)
    expect(told[4]).toMatch(/^\*+$/)
    expect(told[5]).toBe(`{"SECRET":"${'*'.repeat(SECRET.length)}"}`)
    expect(told[6]).toBe('accepts undefined')
  })
})

describe('a secret that gets in all the same', () => {
  test('is masked in output, in pieces too, in the value, the exception and the log', async () => {
    const half = SECRET.length >> 1
    const pieces: string[] = []
    const logged: EffectEvent[] = []
    await using own = await createSandbox(
      { modules: 'standard', network: { allow: [origin] } },
      {
        ...workers('process'),
        secrets: { API_KEY: { value: SECRET, hosts: [origin] } },
        capabilities: {
          leak: () => SECRET,
          pause: () => new Promise((resolve) => setTimeout(resolve, 20)),
        },
        onEffect: (event) => logged.push(event),
      },
    )
    const outcome = await own.run(
      `import sys, base64
key = leak()
print(key[:${half}], end='', flush=True)
pause()
print(key[${half}:], flush=True)
print(key, base64.b64encode(b'x' + key.encode()).decode(), file=sys.stderr)
print(key[:${half}], end='')
[key, {key: key.encode()}, 'a' + key]`,
      { onOutput: (text) => pieces.push(text) },
    )
    const stars = '*'.repeat(SECRET.length)
    expect(returned(outcome)).toEqual([
      stars,
      { [stars]: new TextEncoder().encode(stars) },
      `a${stars}`,
    ])
    expect(outcome.stdout).toBe(`${stars}\n${SECRET.slice(0, half)}`)
    expect(pieces.join('')).not.toContain(SECRET)
    expect(outcome.stderr).toMatch(/^\*+ .{2}\*{20,}.{0,4}\n$/)
    const failed = await own.run('raise ValueError(leak(), {leak()})')
    expect(raised(failed)).toBe(`ValueError: ('${stars}', {'${stars}'})`)
    expect(JSON.stringify([outcome, failed, logged])).not.toContain(SECRET)
    await own.run("import requests\nrequests.get('http://x.test/' + leak())")
    expect(logged.at(-1)).toMatchObject({ kind: 'request', decision: 'denied' })
    expect(JSON.stringify(logged)).not.toContain(SECRET)
  })
})

test('files whose names a mask makes one: the first is there, and the other is counted', async () => {
  const keys = ['first-of-secrets', 'other-of-secrets']
  await using own = await createSandbox(
    {
      modules: 'standard',
      network: { allow: [origin] },
      filesystem: { '/': { memory: 1_000_000 } },
      artifacts: { from: '/' },
    },
    {
      ...workers('process'),
      secrets: Object.fromEntries(
        keys.map((value, index) => [`KEY${index}`, { value, hosts: [origin] }]),
      ),
      capabilities: { leak: () => keys },
    },
  )
  const outcome = await own.run(
    "for key in leak(): open(f'/{key}.txt', 'w').write(f'text of {key}')\nopen('/z', 'w').close()",
  )
  const stars = '*'.repeat(keys[0]!.length)
  expect({ ...outcome.files }).toEqual({
    [`/${stars}.txt`]: new TextEncoder().encode(`text of ${stars}`),
    '/z': new Uint8Array(),
  })
  expect(outcome.filesOmitted).toBe(1)
})

test('a run with requests is recorded and made again, and nobody is asked', async () => {
  const source = `import requests\nr = requests.post('${origin}/p', data='x')\n[r.json()['body'], r.status_code]`
  const first = await sandbox.run(source, { record: true })
  expect(returned(first)).toEqual(['x', 200])
  const { recording } = first as { recording: Uint8Array }
  events = []
  server.seen.length = 0
  expect(returned(await sandbox.run(source, { replay: recording }))).toEqual(['x', 200])
  expect([server.seen, events]).toEqual([[], []])
  const other = await sandbox.run(source.replace('/p', '/q'), { replay: recording })
  expect(other).toMatchObject({ status: 'crashed', reason: expect.stringContaining('departed') })
  expect(server.seen).toEqual([])
})

test('one that is to be approved waits for who resumes it, and is made once', async () => {
  await using own = await createSandbox(
    { modules: 'standard', network: { allow: [{ origin, approve: true }] } },
    workers('process'),
  )
  const source = `import requests\nrequests.get('${origin}/once').json()['url']`
  const waiting = await own.run(source)
  if (waiting.status !== 'waiting') throw new Error(JSON.stringify(waiting))
  expect(waiting.calls.map(({ name }) => name)).toEqual([`GET ${origin}/once`])
  expect(server.seen).toEqual([])
  const ended = await own.resume(waiting.state, {
    answers: { [waiting.calls[0]!.id]: { approved: true } },
  })
  expect(returned(ended)).toBe('/once')
  expect(server.seen.length).toBe(1)
  const again = await own.run(source)
  if (again.status !== 'waiting') throw new Error(JSON.stringify(again))
  const denied = await own.resume(again.state, {
    answers: { [again.calls[0]!.id]: { denied: 'not today' } },
  })
  expect(raised(denied)).toBe(`RequestRefused: GET ${origin}/once: not today`)
  expect(server.seen.length).toBe(1)
})

describe('a handler of the host’s', () => {
  const withHandler = async (options: SandboxOptions, policy: Policy, source: string) => {
    await using own = await createSandbox(
      { modules: 'standard', ...policy },
      { ...workers('process'), ...options },
    )
    return await own.run(source, { inputs: { origin } })
  }

  test('answers in place of the network, with what would be sent and the rule; or leaves it', async () => {
    const rules: NetworkRule[] = []
    const outcome = await withHandler(
      {
        network: {
          handler: async (request, rule) => {
            rules.push(rule)
            if (request.url.endsWith('/real')) return undefined
            if (request.url.endsWith('/fails')) throw new Error('password=hunter2')
            return Response.json(
              { method: request.method, a: request.headers.get('x-a'), body: await request.text() },
              { status: 201, headers: { 'content-encoding': 'gzip', 'x-b': 'c' } },
            )
          },
        },
      },
      { network: { allow: ['GET,POST https://api.example.com', origin] } },
      `
import requests
r = requests.post('https://api.example.com/x', data='body', headers={'X-A': 'b'})
try:
    requests.get('https://api.example.com/fails')
except Exception as error:
    failed = f'{type(error).__name__}: {error}'
[r.status_code, r.headers['x-b'], r.json(), requests.get(origin + '/real').json()['url'], failed]`,
    )
    expect(returned(outcome)).toEqual([
      201,
      'c',
      { method: 'POST', a: 'b', body: 'body' },
      '/real',
      "RuntimeError: the host's GET https://api.example.com/fails failed",
    ])
    expect(rules[0]).toMatchObject({
      origins: ['https://api.example.com'],
      methods: ['GET', 'POST'],
    })
  })

  test('what is no response is none, and nothing is asked of the network in its place', async () => {
    const used = new Response('x')
    await used.text()
    const nonsense: unknown[] = [
      ...[null, 7, 'text', {}, { status: 200 }, { status: 200, headers: [], body: 'x' }],
      ...[Response.error(), used, Promise.resolve(null)],
    ]
    const outcome = await withHandler(
      {
        network: {
          handler: ({ url }) => nonsense[Number(new URL(url).pathname.slice(1))] as Response,
        },
      },
      { network: { allow: [origin] } },
      `
import requests
def told(index):
    try: return requests.get(f'{origin}/{index}').text
    except Exception as error: return f'{type(error).__name__}: {error}'
[told(index) for index in range(${nonsense.length})]`,
    )
    expect(returned(outcome)).toEqual(
      nonsense.map((_, index) => `RuntimeError: the host's GET ${origin}/${index} failed`),
    )
    expect(server.seen).toEqual([])
  })

  test('is not asked for what the policy does not allow; one without end is cut off', async () => {
    const asked: string[] = []
    const outcome = await withHandler(
      {
        network: {
          handler: (request) => {
            asked.push(request.url)
            return new Response(new ReadableStream({ pull() {} }))
          },
        },
      },
      { network: { allow: [{ origin: 'https://api.example.com', timeMs: 100 }] } },
      `
import requests
told = []
for url in 'https://other.test/', 'https://api.example.com/':
    try:
        requests.get(url)
    except requests.RequestException as error:
        told.append(type(error).__name__)
told`,
    )
    expect(returned(outcome)).toEqual(['RequestRefused', 'ReadTimeout'])
    expect(asked).toEqual(['https://api.example.com/'])
  })
})

test('TLS: a certificate for another name, and one of nobody’s', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'))
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name))
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      key!,
      '-out',
      cert!,
      '-days',
      '2',
      '-subj',
      '/CN=good.test',
      '-addext',
      'subjectAltName=DNS:good.test',
    ],
    { stdio: 'ignore' },
  )
  const tls = { key: readFileSync(key!, 'utf8'), cert: readFileSync(cert!, 'utf8') }
  const secure = await serve('127.0.0.1', undefined, { tls })
  const told = async (ca: string | undefined) => {
    await using own = await createSandbox(
      {
        modules: 'standard',
        network: {
          allow: [
            {
              origin: [`https://good.test:${secure.port}`, `https://bad.test:${secure.port}`],
              addresses: ['127.0.0.1'],
            },
          ],
        },
      },
      { ...workers('process'), network: { resolve: async () => ['127.0.0.1'], ...(ca && { ca }) } },
    )
    return returned(
      await own.run(
        `import requests\ntold = []\nfor name in 'good', 'bad':\n    try:\n        told.append(requests.get(f'https://{name}.test:${secure.port}/').json()['headers']['host'])\n    except requests.ConnectionError as error:\n        told.append(str(error))\ntold`,
      ),
    )
  }
  try {
    expect(await told(tls.cert)).toEqual([
      `good.test:${secure.port}`,
      `https://bad.test:${secure.port} cannot be reached (ERR_TLS_CERT_ALTNAME_INVALID)`,
    ])
    expect(await told(undefined)).toEqual([
      `https://good.test:${secure.port} cannot be reached (DEPTH_ZERO_SELF_SIGNED_CERT)`,
      `https://bad.test:${secure.port} cannot be reached (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    ])
    expect(secure.seen.length).toBe(1)
  } finally {
    await secure.close()
    rmSync(folder, { recursive: true })
  }
}, 60_000)

describe('options', () => {
  const network = { allow: ['https://api.example.com'] }
  const made = async (policy: Policy, options: SandboxOptions): Promise<string> => {
    try {
      await (await createSandbox(policy, { ...workers('process'), ...options })).close()
      return 'made'
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`
    }
  }

  test.each<[Policy, unknown, string]>([
    [
      {},
      { network: {} },
      'PolicyError: options.network: the policy allows no requests ("network")',
    ],
    [
      {},
      { secrets: {} },
      'PolicyError: options.secrets: the policy allows no requests ("network")',
    ],
    [
      { network },
      { network: { handle() {} } },
      'ArgumentError: options.network.handle: there is no such option; did you mean "handler"? (known: handler, resolve, ca)',
    ],
    [
      { network },
      { network: { handler: 1 } },
      'ArgumentError: options.network.handler: must be a function',
    ],
    [
      { network },
      { network: { ca: 'x' } },
      'ArgumentError: options.network.ca: must be certificates as PEM',
    ],
    [
      { network },
      { secrets: { K: 'x' } },
      'ArgumentError: options.secrets.K: must be an object, not string',
    ],
    [
      { network },
      { secrets: { K: { value: 'short', hosts: ['a.test'] } } },
      'ArgumentError: options.secrets.K.value: must be text of at least 8 characters',
    ],
    [
      { network },
      { secrets: { K: { value: 'long enough', hosts: [] } } },
      'ArgumentError: options.secrets.K.hosts: must list where it may be sent',
    ],
    [
      { network },
      { secrets: { K: { value: 'long enough', hosts: ['*'] } } },
      'ArgumentError: options.secrets.K.hosts[0]: must name a host',
    ],
    [
      { network },
      { secrets: { K: { value: 'long enough', hosts: ['https://a.test/x'] } } },
      'ArgumentError: options.secrets.K.hosts[0]: must hold no path',
    ],
    [
      { network },
      { secrets: { K: { value: 'long enough', hosts: ['a.test'], host: 1 } } },
      'ArgumentError: options.secrets.K.host: there is no such option; did you mean "hosts"? (known: value, hosts)',
    ],
    [
      { network },
      { secrets: { 'a-b': { value: 'long enough', hosts: ['a.test'] } } },
      expect.stringMatching(/^ArgumentError: options\.secrets: /) as unknown as string,
    ],
    [
      { network },
      { secrets: { f: { value: 'long enough', hosts: ['a.test'] } }, capabilities: { f() {} } },
      'ArgumentError: options.secrets.f: another option has the same name',
    ],
    [
      { network: { allow: [{ origin: 'https://a.test', headers: { A: '~secret.K~' } }] } },
      {},
      'PolicyError: policy.network.allow[0].headers: there is no secret "K" (options.secrets)',
    ],
  ])('%j with %j: %s', async (policy, options, expected) => {
    expect(await made(policy, options as SandboxOptions)).toEqual(expected)
  })

  test('in the caller’s own thread nobody can be waited for: it says so, and awaiting works', async () => {
    await using own = await createSandbox(
      { modules: 'standard', network: { allow: [origin] } },
      { isolation: 'inline' },
    )
    expect(raised(await own.run(`import requests\nrequests.get('${origin}')`))).toMatch(
      /^RuntimeError: .*await it/,
    )
    expect(
      returned(
        await own.run(
          `import requests\n(await requests.AsyncSession().get('${origin}/x')).json()['url']`,
        ),
      ),
    ).toBe('/x')
  })
})
