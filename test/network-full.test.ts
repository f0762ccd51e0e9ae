/** Requests of full Python: the library's own `http.client` and `urllib.request`, over what stands for a socket. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createSandbox, type Outcome, type Sandbox } from '../src/index.js'
import { serve, type WebServer } from './support/web.js'

let server: WebServer
let inward: WebServer
let origin: string
let sandbox: Sandbox

beforeAll(async () => {
  server = await serve('127.0.0.2', (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    if (pathname === '/status') {
      response.writeHead(Number(searchParams.get('code')))
      response.end('why')
    } else if (pathname === '/to') {
      response.writeHead(302, { location: searchParams.get('url')!, 'set-cookie': 'a=1' })
      response.end()
    } else return false
    return true
  })
  inward = await serve('127.0.0.1', undefined, { port: server.port })
  origin = `http://127.0.0.2:${server.port}`
  sandbox = await createSandbox(
    {
      language: 'full',
      network: { allow: [{ origin: [origin, 'https://api.example.com'], methods: '*' }] },
      limits: { wallMs: 60_000 },
    },
    {
      workers: 1,
      secrets: { API_KEY: { value: 'hunter2-hunter2', hosts: [origin, 'api.example.com'] } },
      network: {
        handler: (request) =>
          request.url.startsWith('https:')
            ? Response.json({
                url: request.url,
                key: request.headers.get('x-key') === 'hunter2-hunter2',
              })
            : undefined,
      },
    },
  )
}, 60_000)
afterAll(async () => {
  await sandbox?.close()
  await Promise.all([server?.close(), inward?.close()])
})
beforeEach(() => {
  server.seen.length = 0
})

async function value(source: string): Promise<unknown> {
  const outcome: Outcome = await sandbox.run(source, { inputs: { origin, port: server.port } })
  if (outcome.status !== 'returned') throw new Error(JSON.stringify(outcome, undefined, 1))
  return outcome.value
}

test('urllib.request: answers, forms, errors, redirects, cookies', async () => {
  expect(
    await value(`
import json, http.cookiejar, urllib.error, urllib.parse, urllib.request
from urllib.request import Request, urlopen
with urlopen(origin + '/a?b') as f:
    first = [f.status, f.headers.get_content_type(), json.load(f)['url']]
form = json.load(urlopen(Request(origin, urllib.parse.urlencode({'a': 1}).encode(), {'X-A': 'b'})))
pieces = json.load(urlopen(Request(origin, iter([b'one', b'two']), method='PUT')))
try:
    urlopen(origin + '/status?code=404')
except urllib.error.HTTPError as error:
    failed = [error.code, error.read().decode()]
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
landed = json.load(opener.open(origin + '/to?url=/landed'))
secure = json.load(urlopen(Request('https://api.example.com/x', headers={'X-Key': API_KEY})))
[first, form['method'], form['body'], form['headers']['x-a'], pieces['method'], pieces['body'], failed, landed['url'],
 landed['headers']['cookie'], secure]`),
  ).toEqual([
    [200, 'application/json', '/a?b'],
    'POST',
    'a=1',
    'b',
    'PUT',
    'onetwo',
    [404, 'why'],
    '/landed',
    'a=1',
    { url: 'https://api.example.com/x', key: true },
  ])
})

test('http.client, one request after another; requests; and awaiting', async () => {
  expect(
    await value(`
import asyncio, http.client, json, requests
c = http.client.HTTPConnection('127.0.0.2', port, timeout=5)
told = []
for method in 'GET', 'HEAD', 'DELETE':
    c.request(method, '/' + method, headers={'X-A': 'b'})
    r = c.getresponse()
    told.append([r.status, r.read().decode()[:5]])
s = http.client.HTTPSConnection('api.example.com')
s.request('GET', '/s')
async def main():
    async with requests.AsyncSession() as session:
        return (await session.get(origin + '/async')).json()['url']
[told, json.load(s.getresponse())['url'], requests.get(origin + '/r').json()['url'], asyncio.run(main())]`),
  ).toEqual([
    [
      [200, '{"at"'],
      [200, ''],
      [200, '{"at"'],
    ],
    'https://api.example.com/s',
    '/r',
    '/async',
  ])
  expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'HEAD', 'DELETE', 'GET', 'GET'])
})

test('nothing else is reached: other servers, redirects inwards, sockets, what is written by hand', async () => {
  expect(
    await value(`
import http.client, smtplib, socket, urllib.request
told = []
def attempt(work):
    try:
        told.append(work())
    except (OSError, NotImplementedError, http.client.HTTPException, EOFError) as error:
        told.append(type(error).__name__)
attempt(lambda: urllib.request.urlopen(f'http://127.0.0.1:{port}/').status)
attempt(lambda: urllib.request.urlopen(f'{origin}/to?url=http://127.0.0.1:{port}/').status)
attempt(lambda: urllib.request.urlopen('http://other.example.com/').status)
attempt(lambda: urllib.request.urlopen('ftp://127.0.0.1/').status)
attempt(lambda: socket.socket().connect(('127.0.0.1', port)))
attempt(lambda: smtplib.SMTP('127.0.0.1', port))
raw = socket.create_connection(('127.0.0.2', port))
raw.sendall(f'GET / HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nX-A: b\\r\\n\\r\\nGET /smuggled HTTP/1.1\\r\\n\\r\\n'.encode())
attempt(lambda: raw.makefile('rb').read(12).decode())
raw.sendall(f'GET http://127.0.0.1:{port}/ HTTP/1.1\\r\\n\\r\\n'.encode())
attempt(lambda: raw.makefile('rb').read(12).decode())
told`),
  ).toEqual([
    'PermissionError',
    'PermissionError',
    'PermissionError',
    'URLError',
    expect.any(String),
    expect.any(String),
    'HTTP/1.1 200',
    'PermissionError',
  ])
  expect(inward.connections()).toBe(0)
  expect(server.seen.map(({ url }) => url)).not.toContain('/smuggled')
})
